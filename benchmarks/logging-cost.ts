// What keeping a run costs a training of W1, in turns: nothing but the Recorder, each logger, and the bar of progress; ratios of the time a fit
// takes to that of one that keeps nothing. npx tsx benchmarks/logging-cost.ts [--rounds 12] [--batches 400]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch, Subset } from '@onecycle/data'
import { GradientStats, Learner, sgd } from '@onecycle/learner'
import { CSVLogger, RunFolder, RunLog, TensorBoardLogger } from '@onecycle/recorder'
import { workloads } from './workloads.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, batches: { type: 'string', default: '400' } },
})
const [rounds, batches] = [Number(values.rounds), Number(values.batches)]
await useBackend({ prefer: 'wasm' })
const W1 = workloads.find(({ name }) => name === 'W1')!
const { batch } = W1
const few = DataBunch.from_arrays(W1.samples(8 * batch)).train_ds!
const order = Int32Array.from({ length: batches * batch }, (_, i) => i % few.length)
const dir = mkdtempSync(join(tmpdir(), 'onecycle-logging-'))
const silent = { write: () => true, isTTY: true, columns: 100 } as never

const kept: Record<string, () => { callbacks: Callback<Learner>[]; progress?: object }> = {
  nothing: () => ({ callbacks: [] }),
  'nothing, again': () => ({ callbacks: [] }),
  RunLog: () => ({ callbacks: [new RunLog({ path: join(dir, 'log.jsonl') })] }),
  CSVLogger: () => ({ callbacks: [new CSVLogger({ path: join(dir, 'history.csv') })] }),
  TensorBoardLogger: () => ({ callbacks: [new TensorBoardLogger({ dir: join(dir, 'board') })] }),
  'RunFolder, without plots': () => ({ callbacks: [new RunFolder({ dir: join(dir, 'run'), plots: false })] }),
  'RunLog with GradientStats every 10': () => ({
    callbacks: [new RunLog({ path: join(dir, 'stats.jsonl') }), new GradientStats()],
  }),
  'a bar of progress': () => ({ callbacks: [], progress: { stream: silent } }),
}
const times = new Map(Object.keys(kept).map(name => [name, [] as number[]]))
const learners = new Map(
  Object.entries(kept).map(([name, make]) => {
    const { progress = false } = make()
    const data = DataBunch.from_datasets(new Subset(few, order), undefined, { bs: batch })
    return [name, new Learner(data, W1.build(), { optimizer: sgd(), log: false, progress: progress as never })]
  }),
)
for (let round = -1; round < rounds; round++)
  for (const [name, make] of Object.entries(kept)) {
    const began = performance.now()
    await learners.get(name)!.fit(1e-3, 1, { callbacks: make().callbacks })
    // The first round only makes things warm.
    if (round >= 0) times.get(name)!.push(performance.now() - began)
  }
rmSync(dir, { recursive: true })

const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b)
const [least, middle] = [(list: number[]) => sorted(list)[0]!, (list: number[]) => sorted(list)[Math.floor(list.length / 2)]!]
const base = times.get('nothing')!
console.log(
  `W1, ${batches} batches, ${(least(base) / batches).toFixed(2)} ms each at least; ratio of a fit's time, minimum / median of ${rounds}`,
)
for (const [name, list] of times)
  console.log(`${name.padEnd(36)} ${(least(list) / least(base)).toFixed(3)} / ${(middle(list) / middle(base)).toFixed(3)}`)
