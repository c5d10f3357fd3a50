// What keeping and showing a run costs a training of W1: all that its callbacks do on the program's thread, timed call by call in one run, and as a
// check the batches of fits with and without them in turns, by the processor's time. A busy machine makes single calls longer, never shorter: of many short fits
// the least and the median are told. npx tsx benchmarks/logging-cost.ts [--rounds 40] [--batches 150]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { ArrayDataset, Column, DataBunch, Subset } from '@onecycle/data'
import { GradientStats, Learner, sgd } from '@onecycle/learner'
import { CSVLogger, ProgressBar, RunFolder, RunLog, TensorBoardLogger, TerminalView } from '@onecycle/recorder'
import { leastAndMedian, timed } from './turns.js'
import { workloads } from './workloads.js'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, batches: { type: 'string', default: '150' } },
})
const [rounds, batches] = [Number(values.rounds), Number(values.batches)]
await useBackend({ prefer: 'wasm' })
const W1 = workloads.find(({ name }) => name === 'W1')!
const { x, y, shape } = W1.samples(8 * W1.batch)
const few = new ArrayDataset({
  x: new Column(x as Float32Array, { shape: [...(shape as number[])] }),
  y: new Column(y as Int32Array),
  c: W1.classes,
})
const order = Int32Array.from({ length: batches * W1.batch }, (_, i) => i % few.length)
const dir = mkdtempSync(join(tmpdir(), 'onecycle-logging-'))
/** As fast as a terminal can be: what it does with what it is told is not the training's. */
const terminal = () => ({ write: () => true, isTTY: true, columns: 100, rows: 40 }) as never

const kept: Record<string, () => Callback<Learner>> = {
  ProgressBar: () => new ProgressBar({ stream: terminal() }),
  TerminalView: () => new TerminalView({ stream: terminal() }) as Callback<Learner>,
  RunLog: () => new RunLog({ path: join(dir, 'log.jsonl') }),
  CSVLogger: () => new CSVLogger({ path: join(dir, 'history.csv') }),
  TensorBoardLogger: () => new TensorBoardLogger({ dir: join(dir, 'board') }),
  'RunFolder without plots': () => new RunFolder({ dir: join(dir, 'run'), plots: false }),
  'GradientStats every 10': () => new GradientStats() as Callback<Learner>,
}

/** Milliseconds on this thread, by whom they were spent; what one calls of another is its own. */
class Account {
  readonly spent = new Map<string, number>()
  #inside = false

  time<T>(who: string, work: () => T): T {
    if (this.#inside) return work()
    this.#inside = true
    const began = performance.now()
    try {
      return work()
    } finally {
      this.spent.set(who, (this.spent.get(who) ?? 0) + performance.now() - began)
      this.#inside = false
    }
  }
}

/** Loggers tell between events, too. */
function watched(name: string, callback: Callback<Learner>, account: () => Account): Callback<Learner> {
  for (const method of ['hear', 'flush'] as const) {
    const told = callback as unknown as Record<string, ((...given: unknown[]) => unknown) | undefined>
    const own = told[method]?.bind(callback)
    if (own) told[method] = (...given) => account().time(name, () => own(...given))
  }
  return callback
}

const data = DataBunch.from_datasets(new Subset(few, order), undefined, { bs: W1.batch })
const learn = new Learner(data, W1.build(), { optimizer: sgd(), log: false, progress: false })
const fit = (callbacks: Callback<Learner>[]) => timed(() => learn.fit(1e-3, 1, { callbacks }))

/** Of each fit: its time by the processor in all, and what each callback spent. */
const fits: { whole: number; spent: Map<string, number> }[] = []
for (let round = -3; round < rounds; round++) {
  const account = new Account()
  const named = new Map<Callback<never>, string>([[learn.recorder as Callback<never>, 'Recorder']])
  const callbacks = Object.entries(kept).map(([name, make]) => {
    const callback = watched(name, make(), () => account)
    named.set(callback as Callback<never>, name)
    return callback
  })
  learn.bus.around = (callback, _, run) => account.time(named.get(callback) ?? 'others', run)
  const { wall } = await fit(callbacks)
  learn.bus.around = undefined
  // The first rounds only make things warm.
  if (round >= 0) fits.push({ whole: wall, spent: account.spent })
}

const sum = (map: Map<string, number>) => [...map.values()].reduce((a, b) => a + b, 0)
const step = leastAndMedian(fits.map(({ whole, spent }) => (whole - sum(spent)) / batches))
const percent = (figure: number) => `${(100 * figure).toFixed(2)} %`.padStart(8)
console.log(
  `W1, fits of ${batches} batches; a step takes ${step.map(ms => ms.toFixed(3)).join(' / ')} ms (least / median of ${rounds} fits)`,
)
console.log(`${'on this thread, of a step'.padEnd(28)}    least   median`)
for (const name of ['Recorder', ...Object.keys(kept)]) {
  const costs = leastAndMedian(fits.map(({ spent }) => (spent.get(name) ?? 0) / batches))
  console.log(`${name.padEnd(28)} ${percent(costs[0] / step[0])} ${percent(costs[1] / step[1])}`)
}

/** With and without, one right after the other, the first of the two in turns; of each fit its batches alone, not its beginning and its end. */
async function cpuOf(callbacks: Callback<Learner>[]): Promise<number> {
  let [began, took] = [process.cpuUsage(), 0]
  const first: Callback<Learner> = {
    order: -1e9,
    before_batch({ train_iter }) {
      if (train_iter === 10) began = process.cpuUsage()
    },
  }
  const last: Callback<Learner> = {
    order: 1e9,
    after_batch({ train_iter }) {
      if (train_iter !== batches) return
      const { user, system } = process.cpuUsage(began)
      took = user + system
    },
  }
  await learn.fit(1e-3, 1, { callbacks: [first, ...callbacks, last] })
  return took
}

const usual = () => [kept['RunFolder without plots']!(), kept['ProgressBar']!()]
console.log('\nbatches by the processor, all threads, over those of fits that keep nothing')
for (const [name, make] of Object.entries({ 'a RunFolder and a bar': usual, 'nothing, again': () => [] })) {
  const ratios: number[] = []
  for (let round = 0; round < 2 * rounds; round++) {
    const pair = [make, () => []]
    const took: number[] = []
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) took[i] = await cpuOf(pair[i]!())
    ratios.push(took[0]! / took[1]!)
  }
  const sorted = ratios.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(3)
  console.log(`${name.padEnd(28)} median ${at(0.5)}, the middle half from ${at(0.25)} to ${at(0.75)}`)
}
rmSync(dir, { recursive: true })
