import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { CyclicLR, cyclic_lr, OneCycleScheduler, one_cycle, ParamScheduler, SchedLin, SchedNo, StockOptimizer } from './index.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** One weight w, loss (w * 1 - 0)^2 on every batch: the gradient is 2 w. */
function oneWeight(optimizer: tf.Optimizer) {
  const dense = layers.layers.dense({ units: 1, useBias: false, inputShape: [1], kernelInitializer: 'ones' })
  const model = layers.sequential({ layers: [dense] })
  model.compile({ optimizer, loss: 'meanSquaredError' })
  return model
}

async function fit(model: layers.Sequential, callbacks: layers.CustomCallbackArgs[], epochs = 2) {
  const [x, y] = [tf.ones([12, 1]), tf.zeros([12, 1])]
  await model.fit(x, y, { epochs, batchSize: 4, verbose: 0, callbacks })
  tf.dispose([x, y])
}

const weight = (model: layers.Sequential) => model.getWeights()[0]!.dataSync()[0]!

const stock: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.1, 0.9, 0.5),
  adam: () => tf.train.adam(0.1),
  adamax: () => tf.train.adamax(0.1),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
}

describe.each(Object.entries(stock))('%s', (_, make) => {
  it('takes and gives back every hyper-parameter that it says it has, and no other', () => {
    const opt = new StockOptimizer(make())
    for (const name of opt.names) {
      opt.set(name, 0.25)
      expect(opt.get(name)).toEqual([0.25])
    }
    expect(() => opt.set('wd', 1)).toThrow(/has no wd to change, only lr/)
    expect(() => opt.set('lr', [1, 2])).toThrow('one layer group, but was given 2')
  })

  it('trains with the scheduled rate: a rate of 0 changes nothing, another one does', async () => {
    const model = oneWeight(make())
    await fit(model, [new ParamScheduler({ lr: SchedNo(0) }).keras(model)])
    expect(weight(model)).toBe(1)
    await fit(model, [new ParamScheduler({ lr: SchedNo(0.01) }).keras(model)])
    expect(weight(model)).toBeLessThan(1)
    model.dispose()
  })

  it('leaks no tensors while it is scheduled', async () => {
    const model = oneWeight(make())
    const schedules = {
      lr: one_cycle({ lr_max: 0.01 }).lr,
      ...(new StockOptimizer(model.optimizer).names.includes('mom') && { mom: one_cycle({ lr_max: 1 }).mom }),
    }
    const both = async () => {
      await fit(model, [new ParamScheduler(schedules).keras(model)])
      await fit(model, [new CyclicLR().keras(model)])
    }
    await both()
    const before = tf.memory().numTensors
    await both()
    expect(tf.memory().numTensors).toBe(before)
    model.dispose()
  })
})

it("changes momentum itself, where tfjs's own setter changes nothing", async () => {
  const model = oneWeight(tf.train.momentum(0.1, 0.9))
  const schedules = { lr: SchedLin(0.1, 0.7), mom: SchedLin(0.9, 0.3) }
  await fit(model, [new ParamScheduler(schedules).keras(model)])
  let [w, velocity] = [1, 0]
  for (let step = 0; step < 6; step++) {
    velocity = schedules.mom(step, 6) * velocity + 2 * w
    w -= schedules.lr(step, 6) * velocity
  }
  expect(weight(model)).toBeCloseTo(w, 4)
  expect(new StockOptimizer(model.optimizer).get('mom')[0]).toBeCloseTo(0.4, 12)
})

it('knows the length of the fit from model.fit, or from its own option', async () => {
  const seen: number[] = []
  const lr = (step: number, steps: number) => {
    seen.push(steps)
    return 0.01 + step * 0
  }
  const model = oneWeight(tf.train.sgd(0.1))
  await fit(model, [new ParamScheduler({ lr }).keras(model)], 3)
  expect(new Set(seen)).toEqual(new Set([9]))
  const { onTrainBegin } = new ParamScheduler({ lr }).keras(model)
  expect(() => onTrainBegin!()).toThrow('cannot know how many batches')
})

it('stops model.fit one batch past the end of its steps', async () => {
  const model = oneWeight(tf.train.sgd(0.1))
  let batches = 0
  const counter = { onBatchEnd: async () => void batches++ }
  await fit(model, [new ParamScheduler({ lr: SchedLin(0.1, 0) }, { steps: 4, keep: 'next' }).keras(model), counter], 5)
  expect(batches).toBe(5)
  expect(new StockOptimizer(model.optimizer).get('lr')).toEqual([0])
})

it('goes on in the middle with initialEpoch, as the second half of a fit', async () => {
  const used: number[] = []
  const lr = (step: number, steps: number) => 0.1 - (0.1 * step) / steps
  const model = oneWeight(tf.train.sgd(0.5))
  const watch = { onBatchEnd: async () => void used.push(new StockOptimizer(model.optimizer).get('lr')[0]!) }
  const [x, y] = [tf.ones([12, 1]), tf.zeros([12, 1])]
  const callbacks = [new ParamScheduler({ lr }).keras(model), watch]
  await model.fit(x, y, { initialEpoch: 2, epochs: 4, batchSize: 4, verbose: 0, callbacks })
  tf.dispose([x, y])
  expect(used).toEqual(Array.from({ length: 6 }, (_, i) => lr(6 + i, 12)))
})

it('keeps the last rate of a model.fit where the next would be below 0, and refuses one that a batch would have', async () => {
  const model = oneWeight(tf.train.sgd(0.1))
  await fit(model, [new ParamScheduler({ lr: step => (5 - step) / 10 }, { keep: 'next' }).keras(model)])
  expect(new StockOptimizer(model.optimizer).get('lr')).toEqual([0])
  const before = weight(model)
  const tooLow = new ParamScheduler({ lr: step => (4 - step) / 10 }, { keep: 'next' }).keras(model)
  await expect(fit(model, [tooLow])).rejects.toThrow('The schedule of lr gave -0.1 for batch 5 of 6')
  expect(weight(model)).toBe(before)
  expect(() => new StockOptimizer(model.optimizer).set('lr', -1)).toThrow('lr must be at least 0')
})

it('takes a cycle as a callback, which without momentum is one of the rate alone', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const [optimizer, lines] of [
    [tf.train.sgd(0.1), 1],
    [tf.train.momentum(0.1, 0.9), 0],
  ] as const) {
    const model = oneWeight(optimizer)
    said.mockClear()
    await fit(model, [new OneCycleScheduler({ lr_max: 0.1 }).keras(model)])
    expect(said).toHaveBeenCalledTimes(lines)
    expect(new StockOptimizer(optimizer).get('lr')).toEqual([one_cycle({ lr_max: 0.1 }).lr(6, 6)])
    model.dispose()
  }
  said.mockRestore()
})

it('refuses two schedulers of one hyper-parameter in one model.fit, but not in two', async () => {
  const model = oneWeight(tf.train.momentum(0.1, 0.9))
  const lr = () => new ParamScheduler({ lr: SchedNo(0.1) }).keras(model)
  const clr = new CyclicLR().keras(model)
  await expect(fit(model, [lr(), clr])).rejects.toThrow(
    /ParamScheduler and CyclicLR both set lr in this fit.*Keep one of them\.$/,
  )
  expect(weight(model)).toBe(1)
  await fit(model, [clr, new ParamScheduler({ mom: SchedNo(0.9) }).keras(model)])
  await fit(model, [lr()])
  expect(weight(model)).toBeLessThan(1)
})

it('refuses what an optimizer cannot do, before training', () => {
  const model = oneWeight(tf.train.sgd(0.1))
  expect(() => new ParamScheduler({ ...one_cycle({ lr_max: 1 }) }).keras(model)).toThrow('no such hyper-parameter (it has lr)')
  const uncompiled = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] })
  expect(() => new CyclicLR().keras(uncompiled)).toThrow('Call model.compile')
  const foreign = Object.assign(tf.train.sgd(1), { getClassName: () => 'Lion' })
  expect(() => new StockOptimizer(foreign)).toThrow('Lion is not an optimizer of TensorFlow.js')
})

it('runs Keras CLR in model.fit: rates and logs of every batch, and a second fit continues', async () => {
  const model = oneWeight(tf.train.adam(0.5))
  const options = { base_lr: 0.01, max_lr: 0.06, step_size: 4 }
  const clr = new CyclicLR(options)
  await fit(model, [clr.keras(model)])
  await fit(model, [clr.keras(model)])
  const schedule = cyclic_lr(options)
  expect(clr.history['lr']).toEqual(Array.from({ length: 12 }, (_, step) => schedule(step, 12)))
  expect(clr.history['iterations']).toEqual(Array.from({ length: 12 }, (_, step) => step + 1))
  expect(clr.history['loss']).toHaveLength(12)
  expect(clr.history['loss']!.at(-1)).toBeLessThan(clr.history['loss']![0]!)
  expect(Object.keys(clr.history)).toEqual(['lr', 'iterations', 'loss'])
})

it('runs the range test: accuracy against learning rate, one triangle half', async () => {
  const model = layers.sequential({ layers: [layers.layers.dense({ units: 2, inputShape: [1], activation: 'softmax' })] })
  model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  const clr = new CyclicLR({ base_lr: 0.001, max_lr: 1, step_size: 8 })
  const x = tf.reshape(tf.linspace(-1, 1, 32), [32, 1])
  const y = tf.oneHot(tf.cast(tf.greater(tf.reshape(x, [32]), 0), 'int32'), 2)
  await model.fit(x, y, { epochs: 1, batchSize: 4, verbose: 0, callbacks: [clr.keras(model)] })
  expect(clr.history['acc']).toHaveLength(8)
  expect(clr.history['lr']).toEqual([...clr.history['lr']!].sort((a, b) => a - b))
})
