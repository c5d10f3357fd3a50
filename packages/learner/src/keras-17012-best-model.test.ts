import { join } from 'node:path'
import { type Callback, EarlyStopping, ReduceLROnPlateau, SaveModel, type SaveModelOptions } from '@onecycle/callbacks'
import { memory, mul } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { mae, mse } from './loss/regression.js'
import { accuracy, accuracy_thresh, error_rate, top_k_accuracy } from './metric/classification.js'
import { AverageMetric, type Metric, type MetricFunction } from './metric/metric.js'
import { RootMeanSquaredError } from './metric/regression.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const log = () => {}
const lossNow = async (learn: Learner) => (await learn.validate())['valid_loss']!
const lowest = (losses: readonly (number | null)[]) => Math.min(...losses.map(loss => loss ?? Number.POSITIVE_INFINITY))

/** Spoils the weights at the end of this epoch, so that those before are better. */
const spoilAt = (epoch: number): Callback<Learner> => ({
  name: 'spoil',
  before_validate: async learn => {
    if (learn.epoch !== epoch) return
    const weights = await learn.getWeights()
    const kernel = weights['2.kernel']!
    await learn.setWeights({ ...weights, '2.kernel': { ...kernel, values: kernel.values.map(value => -9 * value) } })
  },
})

const makers: [string, (learn: Learner, options: SaveModelOptions, fname: string) => Callback<Learner>][] = [
  ['EarlyStopping', (_, options) => new EarlyStopping({ ...options, patience: 9, restore_best: true, log })],
  ['ReduceLROnPlateau', (_, options) => new ReduceLROnPlateau({ ...options, patience: 9, restore_best: true, log })],
  ['SaveModel in memory', (learn, options) => new SaveModel(learn, { ...options, restore_best: true, log })],
  ['SaveModel', (learn, options, fname) => new SaveModel(learn, { ...options, fname, log })],
]

describe.each(makers)('%s', (_, make) => {
  const trained = async (options: SaveModelOptions = {}) => {
    const learn = tinyLearner({ log: false })
    const tracker = make(learn, options, join(await temporaryFolder(), 'best'))
    return { learn, tracker }
  }

  it('leaves the best model of two fits, of which the second was worse', async () => {
    const { learn, tracker } = await trained({ reset_on_fit: false })
    const first = await learn.fit(3e-2, 3, { callbacks: [tracker] })
    const second = await learn.fit(3e-2, 2, { callbacks: [tracker, spoilAt(0)] })
    expect(lowest(second.val_losses)).toBeGreaterThan(lowest(first.val_losses))
    expect(await lossNow(learn)).toBeCloseTo(lowest(first.val_losses), 6)
  })

  it.each<[string, (learn: Learner) => unknown]>([
    ['failed', () => failure()],
    ['diverged', learn => scaleLoss(learn, Number.NaN)],
    ['interrupted', () => process.emit('SIGINT')],
  ])('leaves the best model of a fit that %s', async (reason, ending) => {
    const { learn, tracker } = await trained()
    const ended: Callback<Learner> = { after_loss: l => void (l.training && l.epoch === 2 && ending(l)) }
    await learn.fit(3e-2, 4, { callbacks: [tracker, spoilAt(1), ended] }).catch(() => {})
    expect(learn.recorder.history).toMatchObject({ reason, epochs: { length: 2 } })
    const [best] = learn.recorder.history.val_losses
    expect(await lossNow(learn)).toBeCloseTo(best!, 6)
  })

  it('leaves the model alone when the fit was refused, and in lr_find', async () => {
    const { learn, tracker } = await trained({ reset_on_fit: false })
    await learn.fit(3e-2, 2, { callbacks: [tracker] })
    await learn.fit(3e-2, 1)
    const before = await lossNow(learn)
    learn.bus.add(tracker)
    await learn.lr_find({ num_it: 4 })
    learn.bus.remove(tracker)
    for (const order of [-1, 99]) {
      const refusing: Callback = { order, before_fit: () => Promise.reject(new Error('refused')) }
      await expect(learn.fit(1e-2, 1, { callbacks: [tracker, refusing] })).rejects.toThrow('refused')
    }
    expect(await lossNow(learn)).toBeCloseTo(before, 9)
  })

  it('keeps no tensors', async () => {
    const { learn, tracker } = await trained()
    await learn.fit(1e-2, 1)
    const before = memory().numTensors
    await learn.fit(1e-2, 2, { callbacks: [tracker] })
    expect(memory().numTensors).toBe(before)
  })
})

function failure(): never {
  throw new Error('out of luck')
}

function scaleLoss(learn: Learner, by: number): void {
  learn.loss = mul(learn.loss, by)
}

describe('which way a metric is better (fastai/fastai#2469)', () => {
  const direction = (metric: MetricFunction | Metric) => {
    const learn = tinyLearner({ loss: mse, metrics: [metric] })
    return learn.betterOf(learn.metricNames[0]!)
  }

  it('the built-in ones say it, wrapped too', () => {
    for (const metric of [mse, mae, new RootMeanSquaredError(), error_rate, new AverageMetric(mae, 'distance')])
      expect(direction(metric as never)).toBe('lower')
    for (const metric of [accuracy, top_k_accuracy(2), accuracy_thresh(), new AverageMetric(accuracy as never, 'hits')])
      expect(direction(metric as never)).toBe('higher')
  })

  it("one's own says it as a property, or where it is wrapped", () => {
    const own: MetricFunction = (pred, target) => mse(pred, target)
    expect(direction(new AverageMetric(own, 'f1'))).toBeUndefined()
    expect(direction(new AverageMetric(own, { name: 'f1', better: 'higher' }))).toBe('higher')
    expect(direction(Object.assign(own, { better: 'lower' } as const))).toBe('lower')
    expect(direction(new AverageMetric(own, 'f1'))).toBe('lower')
  })

  it.each(['less', 'max', true, null])('better: %j is refused when the Learner is made', better => {
    const own = Object.assign(function own() {}, { better })
    expect(() => tinyLearner({ metrics: [own as never] })).toThrow("better of the metric own must be one of 'lower', 'higher'")
    const metric = { name: 'f1', better, reset() {}, accumulate() {}, value: 1 }
    expect(() => tinyLearner({ metrics: [metric as never] })).toThrow('better of the metric f1 must be one of')
  })
})

it('a tracker of the Learner itself is refused without validation as one of a fit is (Lightning-AI/pytorch-lightning#524)', async () => {
  const learn = new Learner(points({ valid: 0 }), mlp(), { progress: false, callbacks: [new EarlyStopping()] })
  await expect(learn.fit(1e-2, 1)).rejects.toThrow(/EarlyStopping watches valid_loss.*no validation set/)
  expect(learn.train_iter).toBe(0)
  await expect(learn.lr_find({ num_it: 2 })).resolves.toBeDefined()
})

it('a new process goes on from the best in the file (keras-team/keras#12803)', async () => {
  const fname = join(await temporaryFolder(), 'best')
  const first = tinyLearner()
  const saver = new SaveModel(first, { fname, log })
  await first.fit(3e-2, 3, { callbacks: [saver] })
  expect(await first.metadataOf(fname)).toMatchObject({
    monitor: 'valid_loss',
    better: 'lower',
    value: String(saver.monitor.best),
  })
  const again = tinyLearner()
  const resumed = new SaveModel(again, { fname, reset_on_fit: false, log })
  await again.fit(1e-9, 1, { callbacks: [resumed, spoilAt(0)] })
  expect(resumed.monitor.best).toBe(saver.monitor.best)
  expect(await lossNow(again)).toBeCloseTo(saver.monitor.best, 6)
})

it('SaveModel refuses a fit of another Learner than the one that it saves with', async () => {
  const fname = join(await temporaryFolder(), 'best')
  const [learn, other] = [tinyLearner({ log: false }), tinyLearner({ log: false })]
  const best = new SaveModel(other, { fname, log })
  await expect(learn.fit(1e-2, 1, { callbacks: [best] })).rejects.toThrow('saves with another Learner')
  expect(await other.fit(1e-2, 1, { callbacks: [best] })).toMatchObject({ reason: 'completed' })
})
