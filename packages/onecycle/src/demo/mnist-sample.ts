import { DataBunch, datasets, Subset } from '@onecycle/data'
import {
  accuracy,
  Checkpoint,
  Learner,
  type LearnerOptions,
  type LrFindResult,
  simple_cnn,
  type TrainOptions,
} from '@onecycle/learner'
import type { Plot } from '@onecycle/plot'
import { compare_losses, compare_metrics, type History } from '@onecycle/recorder'

export interface ExperimentOptions {
  /** Decides the initial weights and the order of the batches. Default 42. */
  seed?: number
  /** Epochs of each run. Default 2. */
  epochs?: number
  /** The high learning rate; the low one is a tenth of it. Default 5e-2. */
  lr?: number
  /** Only the first so many of the 12,396 training images. Default all of them. */
  samples?: number
  /** How each run shows a bar and the epoch table. Default true. */
  progress?: LearnerOptions['progress']
  /** Draw the search and the losses on standard output. Default: where that is a terminal, and progress is shown. */
  show?: boolean
  /** A folder for checkpoints: what was killed goes on from there. Default: none. */
  resume?: string | undefined
  /** Told what begins. */
  announce?: (what: string) => void
}

/** One training run of the experiment. */
export interface Run {
  /** The call, as one would write it. */
  name: string
  history: History
  /** Of all processes that it was in. */
  seconds: number
}

export interface Experiment {
  lrFind: LrFindResult
  /** A high constant rate, a low constant rate, and the 1cycle policy. */
  runs: Run[]
  /** By file name. */
  plots: Record<'lr_find' | 'lr' | 'losses' | 'metrics', Plot>
}

/**
 * The classic experiment of fastai's first lessons: 3s against 7s of MNIST. A search for the learning rate, then three runs
 * from the same weights on the same batches: at two constant rates, and with the 1cycle policy.
 *
 * @throws InterruptedError after Ctrl-C.
 */
export async function mnistSample(options: ExperimentOptions = {}): Promise<Experiment> {
  const { seed = 42, epochs = 2, lr = 5e-2, samples, progress = true, resume, announce = () => {} } = options
  const data = await load(seed, samples)
  const fresh = () => new Learner(data, simple_cnn([3, 16, 16, 2], { seed }), { metrics: [accuracy], seed, progress })

  announce('lr_find()')
  const finder = fresh()
  const lrFind = await finder.lr_find()
  const { show = progress !== false && Boolean(process.stdout.isTTY) } = options
  const lr_find = finder.recorder.plot({ show })

  const runs: Run[] = []
  async function run(name: string, folder: string, fit: (learn: Learner, options: TrainOptions) => Promise<History>) {
    announce(name)
    const learn = fresh()
    const history = await fit(learn, resume === undefined ? {} : keptIn(`${resume}/${folder}`))
    runs.push({ name, history, seconds: history.epochs.reduce((seconds, { time }) => seconds + time!, 0) })
    return learn
  }
  await run(`fit(${epochs}, ${rate(lr)})`, 'high', (learn, options) => learn.fit(epochs, lr, options))
  await run(`fit(${epochs}, ${rate(lr / 10)})`, 'low', (learn, options) => learn.fit(epochs, lr / 10, options))
  const one_cycle = (learn: Learner, options: TrainOptions) => learn.fit_one_cycle(epochs, lr, options)
  const cycle = await run(`fit_one_cycle(${epochs}, ${rate(lr)})`, 'one-cycle', one_cycle)

  const histories = Object.fromEntries(runs.map(({ name, history }) => [name, history]))
  const schedule = cycle.recorder.plot_lr({ showMoms: true, show: false })
  const losses = compare_losses(histories, { show })
  const metrics = compare_metrics(histories, { show: false })
  return { lrFind, runs, plots: { lr_find, lr: schedule, losses, metrics } }
}

/** Many checkpoints, since all is over in seconds. */
function keptIn(dir: string): TrainOptions {
  return { resume: dir, callbacks: new Checkpoint({ dir, every: { batches: 20 } }) }
}

/** What a run ended with. */
export function result({ name, history, seconds }: Run) {
  const { train_loss, valid_loss, accuracy } = history.epochs.at(-1)!
  return { name, train_loss: train_loss!, valid_loss: valid_loss!, accuracy: accuracy!, seconds }
}

/** A rate as people write it: 5e-2, not 0.05. */
export function rate(lr: number): string {
  const [mantissa, exponent] = lr.toExponential().split('e') as [string, string]
  return `${Number(Number(mantissa).toPrecision(3))}e${Number(exponent)}`
}

async function load(seed: number, samples?: number): Promise<DataBunch> {
  const data = await datasets.mnist_sample({ seed })
  if (samples === undefined) return data
  const few = new Subset(
    data.train_ds!,
    Int32Array.from({ length: samples }, (_, i) => i),
  )
  return DataBunch.from_datasets(few, data.valid_ds, { classes: data.classes!, seed })
}
