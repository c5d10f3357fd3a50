// What a live page takes of the fit that it follows: fits of W1 with a Dashboard that a page in Chromium follows, with one that nobody follows, and
// without, in turns; processor time of the fitting process, for the browser is another one. And what of a followed fit is in the code of the page and of who
// serves it, as V8's profiler has it: a busy machine moves that less. npx tsx benchmarks/live-page.ts [--rounds 9] [--batches 400]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { DataBunch, Subset } from '@onecycle/data'
import { Learner, sgd } from '@onecycle/learner'
import { Dashboard } from '@onecycle/recorder'
import { executable, noChromium } from '../packages/onecycle/test/chromium.js'
import { leastAndMedian, timed } from './turns.js'
import { workloads } from './workloads.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, batches: { type: 'string', default: '400' } },
})
const [rounds, batches] = [Number(values.rounds), Number(values.batches)]
if (noChromium) throw new Error(`Nothing to measure with: ${noChromium}.`)
await useBackend({ prefer: 'wasm' })
const W1 = workloads.find(({ name }) => name === 'W1')!
const { batch } = W1
const few = DataBunch.from_arrays(W1.samples(8 * batch)).train_ds!
const order = Int32Array.from({ length: batches * batch }, (_, i) => i % few.length)

const [followed, alone] = [new Dashboard(), new Dashboard()]
const profile = mkdtempSync(join(tmpdir(), 'onecycle-live-page-'))
const flags = ['--headless', '--no-sandbox', '--disable-dev-shm-usage', '--remote-debugging-port=0', `--user-data-dir=${profile}`]
const browser = spawn(executable!, [...flags, await followed.listen()], { stdio: 'ignore' })
for (let tenths = 0; followed.pages === 0; tenths++) {
  if (tenths > 300) throw new Error('The browser has not opened the page within 30 s.')
  await new Promise(resolve => setTimeout(resolve, 100))
}

const kinds = { nothing: [], 'nothing, again': [], 'a page that nobody follows': [alone], 'a page that is followed': [followed] }
const times = new Map(Object.keys(kinds).map(name => [name, [] as number[]]))
const learners = new Map(
  Object.keys(kinds).map(name => {
    const data = DataBunch.from_datasets(new Subset(few, order), undefined, { bs: batch })
    return [name, new Learner(data, W1.build(), { optimizer: sgd(), log: false, progress: false })]
  }),
)
for (let round = -1; round < rounds; round++)
  for (const [name, callbacks] of round % 2 === 0 ? Object.entries(kinds) : Object.entries(kinds).toReversed()) {
    const { cpu } = await timed(() => learners.get(name)!.fit(1e-3, 1, { callbacks }))
    // The first round only makes things warm.
    if (round >= 0) times.get(name)!.push(cpu)
  }
const share = await shareOf(() => learners.get('a page that is followed')!.fit(1e-3, 2, { callbacks: followed }))
const stillThere = followed.pages
browser.kill()
await Promise.all([followed.close(), alone.close()])
await new Promise(resolve => setTimeout(resolve, 500))
rmSync(profile, { recursive: true, force: true })
if (stillThere === 0) throw new Error('The page has left before the last fit.')

const [least, median] = leastAndMedian(times.get('nothing')!)
console.log(
  `W1, ${batches} batches, ${(least / batches).toFixed(2)} ms of processor time each at least; ratio of a fit's, minimum / median of ${rounds}`,
)
for (const [name, list] of times) {
  const own = leastAndMedian(list)
  console.log(`${name.padEnd(30)} ${(own[0] / least).toFixed(3)} / ${(own[1] / median).toFixed(3)}`)
}
console.log(`${(100 * share).toFixed(2)} % of a followed fit's own time is the page's`)

/** Of the time in which the thread worked, that in functions of the page, of who serves it, and in what they call. */
async function shareOf(work: () => Promise<unknown>): Promise<number> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const { nodes, samples: seen = [], timeDeltas = [] } = profile
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map(child => [child, id] as const)))
  const calls = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const isOurs = (id: number | undefined): boolean =>
    id !== undefined && (/recorder\/dist\/(live|node)\/|\/run-logger\.js/.test(calls.get(id)!.url) || isOurs(callers.get(id)))
  let [ours, busy] = [0, 0]
  for (const [i, id] of seen.entries()) {
    if (calls.get(id)!.functionName === '(idle)') continue
    busy += timeDeltas[i]!
    if (isOurs(id)) ours += timeDeltas[i]!
  }
  return ours / busy
}
