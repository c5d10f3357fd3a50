// What a user under the strictest settings writes: it only has to compile, without casts other than from one tensor or several to one.
import * as tf from '@tensorflow/tfjs-core'
import * as tfd from '@tensorflow/tfjs-data'
import {
  AverageMetric,
  accuracy,
  type Batch,
  type BatchStream,
  type Callback,
  CancelFit,
  Column,
  CyclicLR,
  combine_scheds,
  DataBunch,
  DataLoader,
  type Dataset,
  EarlyStopping,
  Learner,
  type LoaderState,
  type Metric,
  mae,
  OneCycleScheduler,
  one_cycle,
  ParamScheduler,
  Plot,
  plot_schedule,
  report,
  type Sampler,
  SaveModel,
  SchedCos,
  SchedLin,
  type Schedule,
  simple_cnn,
  slice,
  torch,
} from 'onecycle'

// custom data set
class Squares implements Dataset {
  readonly length = 100
  readonly inputShape = [1]
  readonly targetShape: number[] = []
  readonly target = 'value'
  readonly c = undefined
  batch(indices: Int32Array): Batch {
    const x = Float32Array.from(indices, i => i / 100)
    return { xs: tf.tensor2d(x, [x.length, 1]), ys: tf.tensor1d(x.map(v => v * v)), size: x.length }
  }
}
const data = DataBunch.from_datasets(new Squares(), new Squares(), { bs: 10 })
for await (const { xs, ys } of data.train_dl) tf.dispose([xs, ys].flat())

// wrapper with pass-through options
interface Args {
  patience?: number
  monitor?: string
  seed?: number
  classes?: string[]
  lr?: number
}
function train(args: Args) {
  const stop = new EarlyStopping({ patience: args.patience, monitor: args.monitor })
  const bunch = DataBunch.from_arrays({
    x: new Float32Array(10),
    y: new Int32Array(10),
    bs: 2,
    seed: args.seed,
    classes: args.classes,
  })
  return [stop, bunch, one_cycle({ lr_max: args.lr ?? 1, pct_start: undefined })] as const
}
train({})

// callbacks
const counter: Callback & { n: number } = {
  n: 0,
  after_batch() {
    this.n++
  },
}
class Log implements Callback<Learner> {
  readonly losses: number[] = []
  after_batch(learn: Learner) {
    this.losses.push(learn.lossValue)
  }
  async after_epoch(learn: Learner) {
    if (learn.recorder.history.losses.length > 5) throw new CancelFit()
  }
}
const warm: Schedule = (step, steps) => 1e-3 * Math.min(1, step / (steps / 10))
const learn = new Learner(data, simple_cnn([3, 16, 16, 2]), {
  metrics: [accuracy],
  callbacks: [
    counter,
    new Log(),
    {
      order: 10,
      after_epoch: learn => {
        console.log(learn.epoch, learn.opt.get('lr'))
      },
    },
    {
      after_pred: learn => {
        learn.pred = tf.mul(learn.pred as tf.Tensor, 2)
      },
    },
  ],
})
await learn.fit(1e-3, 2, {
  callbacks: [
    new ParamScheduler(one_cycle({ lr_max: 1 }), { keep: 'next' }),
    new ParamScheduler(torch.OneCycleLR({ max_lr: 1, cycle_momentum: false })),
    new OneCycleScheduler({ lr_max: slice(1e-4, 1e-2), moms: [0.95, 0.85], div_factor: 25, pct_start: 0.3 }),
    new ParamScheduler({ lr: warm, mom: combine_scheds([0.3, 0.7], [SchedLin(0.9, 0.8), SchedCos(0.8, 0.9)]) }),
    new SaveModel(learn, { monitor: 'accuracy' }),
  ],
})
await learn.fit(slice(1e-5, 1e-3), 2, { callbacks: [new CyclicLR({ logs: learn => ({ lr2: learn.opt.get('lr')[0]! }) })] })
plot_schedule(warm, { steps: 10 })
plot_schedule(one_cycle({ lr_max: 1 }), { steps: 10 })
await report({
  title: 't',
  sections: [{ title: 'x', table: learn.recorder.history.epochs, plots: [learn.recorder.plot_losses()] }],
}).save('x.html')

// sampler
class Halves implements Sampler {
  readonly length = 50
  pass() {
    return Int32Array.from({ length: 50 }, (_, i) => i * 2)
  }
  state() {
    return null
  }
  restore() {}
  reseed() {}
}
new DataLoader(new Squares(), { sampler: new Halves() })

// metric
class Worst implements Metric {
  readonly name = 'worst'
  readonly better = 'lower'
  value = 0
  reset() {
    this.value = 0
  }
  async accumulate(pred: tf.Tensor | tf.Tensor[], target: tf.Tensor | tf.Tensor[]) {
    const d = tf.tidy(() => tf.max(tf.abs(tf.sub(pred as tf.Tensor, target as tf.Tensor))))
    this.value = Math.max(this.value, (await d.data())[0]!)
    d.dispose()
  }
}

// which way is better
function agreement(pred: tf.Tensor, target: tf.Tensor) {
  return tf.mean(tf.cast(tf.equal(pred, target), 'float32')) as tf.Scalar
}
agreement.better = 'higher' as const
const wrapped = new AverageMetric(agreement, { name: 'agreement', better: 'higher' })
const best = new Learner(data, simple_cnn([3, 16, 2]), { metrics: [agreement, new AverageMetric(mae, 'distance'), new Worst()] })
await best.fit(1e-2, 9, {
  callbacks: [
    new EarlyStopping({ monitor: wrapped.name, mode: 'max', patience: 2, start_from_epoch: 3, restore_best: true }),
    new SaveModel(best, { monitor: 'worst', fname: 'best', reset_on_fit: false }),
  ],
})
await best.save('best', { metadata: { note: 'the best' } })
const missing: readonly string[] = (await best.load('best', { with_opt: false, strict: false })).loaded?.missing ?? []
console.log(missing, (await best.metadataOf('best'))?.['note'])
new Learner(data, simple_cnn([3, 2]), { metrics: [new Worst()] })

// custom stream
class Stream {
  readonly batchSize = 2
  readonly length = 1
  readonly samples = 2
  state(): LoaderState {
    return { batchSize: 2, samples: 2, position: 0, sampler: null }
  }
  restore() {}
  *[Symbol.iterator]() {
    yield { xs: tf.ones([2, 1]), ys: tf.ones([2]), size: 2 }
  }
}
const dl: BatchStream = new Stream()
new DataBunch({ train_dl: dl, inputShape: [1], targetShape: [], target: 'value' })
// tf.data
await DataBunch.from_tfdata({ train: tfd.zip({ xs: tfd.array([[1]]), ys: tfd.array([1]) }).batch(1), bs: 1 })
new Column(new Uint8Array(4), { shape: [2, 2, 1], scale: 1 / 255 })
new Plot({
  panels: [{ title: 'a', x: { label: 'x' }, y: { label: 'y' }, series: [{ name: 'n', style: 'line', points: [[0, 1]] }] }],
})
