// What a sweep costs beside its trials: so many that do nothing, or wait, in this process, in processes of this machine and on a queue with as many workers, in turns.
// Trials a minute, and milliseconds of each that are not its own. npx tsx benchmarks/sweep.ts [--trials 200] [--parallel 2] [--ms 0] [--rounds 3]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sweep } from '@onecycle/distributed/sweep'
import { file, noRedis, type Running, start, TestRedis } from '../packages/distributed/test/sweep-processes.js'
import { leastAndMedian } from './turns.js'

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    parallel: { type: 'string', default: '2' },
    ms: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '3' },
  },
})
const [trials, parallel, ms, rounds] = [values.trials, values.parallel, values.ms, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
]
const folder = mkdtempSync(join(tmpdir(), 'onecycle-sweep-'))
const common = { space: { x: { uniform: [0, 1] }, pause: ms }, trials, progress: false }
const module = file('tiny-trial.mjs')
const redis = noRedis ? undefined : await TestRedis.start()
const workers: Running[] = redis
  ? Array.from({ length: parallel }, () => start('worker-program.mjs', { queue: redis.url, parallel: 1, progress: false }))
  : []

const ways: Record<string, { atOnce: number; run: (dir: string) => Promise<unknown> }> = {
  'in this process': {
    atOnce: 1,
    run: dir =>
      sweep({
        ...{ ...common, dir },
        trial: async ({ params: { x } }) => {
          if (ms > 0) await setTimeout(ms)
          return x
        },
      }),
  },
  [`${parallel} processes`]: { atOnce: parallel, run: dir => sweep({ ...common, dir, trial: module, parallel }) },
  ...(redis && {
    [`a queue, ${parallel} workers`]: {
      atOnce: parallel,
      run: (dir: string) => sweep({ ...common, dir, trial: module, queue: redis.url }),
    },
  }),
}
if (noRedis) console.log(`The queue is left out: ${noRedis}.`)

// Processes are started, and modules loaded, before anything is timed.
for (const [name, { run }] of Object.entries(ways)) await run(join(folder, `${name} first`))
const seconds: Record<string, number[]> = {}
for (let round = 0; round < rounds; round++)
  for (const [name, { run }] of Object.entries(ways)) {
    const begun = performance.now()
    await run(join(folder, `${name} ${round}`))
    seconds[name] = [...(seconds[name] ?? []), (performance.now() - begun) / 1000]
  }

console.log(`\n${trials} trials of ${ms} ms: least and median of ${rounds} rounds`)
console.table(
  Object.fromEntries(
    Object.entries(ways).map(([name, { atOnce }]) => {
      const [least, median] = leastAndMedian(seconds[name]!)
      const beside = (wall: number) => Number(((1000 * wall * atOnce) / trials - ms).toFixed(1))
      return [
        name,
        {
          'trials a minute': Math.round((60 * trials) / least),
          median: Math.round((60 * trials) / median),
          'ms beside each': beside(least),
          'median ms': beside(median),
        },
      ]
    }),
  ),
)
for (const { child, ended } of workers) {
  child.kill('SIGTERM')
  await ended
}
await redis?.end()
rmSync(folder, { recursive: true })
