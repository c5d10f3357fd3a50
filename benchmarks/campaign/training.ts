// One training process of `npm run campaign`, made to be killed: all that a run remembers is at work.
// Says by signs what it does, and writes the end it comes to into its fourth stream.
import { writeFileSync } from 'node:fs'
import { useBackend } from '@onecycle/backend'
import { type Callback, EarlyStopping } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { accuracy, adam, Checkpoint, Learner } from '@onecycle/learner'
import { Random } from '@onecycle/platform'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { combinations } from './combinations.js'
import { tellWrites } from './telling-writes.js'

const [dir = '', backend = 'wasm', threads = '1', combination = 'plain']: string[] = process.argv.slice(2)
await useBackend({ prefer: backend as 'wasm', ...(backend === 'wasm' && { threads: Number(threads) }), log: false })
const tell = (sign: string) => process.stdout.write(sign)
await tellWrites(() => tell('w'), 2)

const random = new Random(7)
const n = 440
const x = Float32Array.from({ length: 8 * n }, () => random.normal())
const y = Int32Array.from({ length: n }, (_, i) => Number(x[8 * i]! * x[8 * i + 1]! > x[8 * i + 2]!))
const data = DataBunch.from_arrays({ x, y, shape: [8], valid_pct: 0.2, bs: 16, seed: 3 })
const kernelInitializer = initializers.glorotUniform({ seed: 1 })
const model = sequential({
  layers: [
    layers.dense({ units: 256, inputShape: [8], activation: 'relu', kernelInitializer }),
    // Enough work for two threads.
    layers.dense({ units: 96, activation: 'relu', kernelInitializer }),
    layers.batchNormalization({ momentum: 0.9 }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 2, kernelInitializer }),
  ],
})
const table: string[] = []
/** Rows without their time. A line on the way, which a slow machine gets, is no row. */
const stream = { write: (text: string) => void (text.includes(' it/s ') || table.push(text.replace(/\s+\S+\n$/, '\n'))) }
const learn = new Learner(data, model, { metrics: [accuracy], optimizer: adam(), seed: 5, progress: { stream: stream as never } })

/** Says what is going on to whoever is to kill it, and takes a while, so that what is written beside is hit too. */
const telling: Callback<Learner> = {
  name: 'telling',
  after_batch: ({ lr_finding, training }) => {
    tell(lr_finding ? 'l' : training ? '.' : 'v')
    return new Promise(resolve => setTimeout(resolve, 2))
  },
  after_epoch: ({ lr_finding }) => {
    if (!lr_finding) tell('e')
    return new Promise(resolve => setTimeout(resolve, 2))
  },
}
learn.bus.add(telling)
const callbacks = [new Checkpoint({ dir, every: { batches: 3 } }), ...combinations[combination]!()]
const { lr } = await learn.lr_find({ num_it: 12 })
const plots = () => {
  const [{ recorder }, quiet] = [learn, { show: false }]
  return [recorder.plot_losses(quiet), recorder.plot_metrics(quiet), recorder.plot_lr({ showMoms: true, ...quiet })].map(
    ({ spec }) => spec,
  )
}
const untimed = (history: Awaited<ReturnType<Learner['fit']>>) => ({
  ...history,
  epochs: history.epochs.map(({ time: _, ...row }) => row),
})
const first = untimed(await learn.fit_one_cycle(4, 1e-2, { resume: dir, callbacks }))
const [firstTable, firstPlots] = [[...table], plots()]
const second = untimed(await learn.fit(1e-3, 1, { resume: dir, callbacks: new EarlyStopping({ log: () => {} }) }))

const bits = (values: ArrayLike<number>) => Buffer.from(Float32Array.from(values).buffer).toString('base64')
const weights = Object.entries(await learn.getWeights()).map(([name, { values }]) => [name, bits(values)])
const optimizer = Object.entries((await learn.opt.state()).parameters).map(([name, { steps, slots }]) => [
  name,
  steps,
  ...Object.entries(slots).map(([slot, { values }]) => [slot, bits(values)]),
])
const figures = { lr, first, firstTable, firstPlots, second, table, plots: plots(), validated: await learn.validate() }
writeFileSync(3, JSON.stringify({ weights, optimizer, ...figures }))
