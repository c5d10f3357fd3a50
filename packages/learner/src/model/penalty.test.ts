import type { Callback, Tensors } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { memory, scalar } from '@tensorflow/tfjs-core'
import { input, layers, model, regularizers, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mse } from '../loss/regression.js'
import { sgd } from '../optimizer/index.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { penaltyOf } from './penalty.js'

beforeAll(useCpu)

it('a regularizer is charged while training, and not in validation', async () => {
  const inner = sequential({
    layers: [
      layers.dense({ units: 2, inputShape: [2], kernelRegularizer: regularizers.l2({ l2: 10 }), kernelInitializer: 'ones' }),
    ],
  })
  const model = sequential({ layers: [inner] })
  const learn = new Learner(points(), model, { progress: false, optimizer: sgd(), wd: 0 })
  const losses: number[] = []
  const listen: Callback = {
    after_batch: ({ training, lossValue }) => {
      if (training) losses.push(lossValue)
    },
  }
  const before = memory().numTensors
  await learn.fit(1e-3, 1, { callbacks: [listen] })
  expect(losses[0]).toBeGreaterThan(40)
  expect(losses[1]).toBeLessThan(losses[0]!)
  expect((await learn.validate())['valid_loss']).toBeLessThan(5)
  expect(memory().numTensors).toBe(before)
})

describe('what a layer was given is charged once (keras 1028)', () => {
  const l2 = regularizers.l2({ l2: 1 })
  const ones = {
    kernelInitializer: 'ones',
    recurrentInitializer: 'ones',
    biasInitializer: 'ones',
    unitForgetBias: false,
  } as const
  const all = { units: 1, ...ones, kernelRegularizer: l2, recurrentRegularizer: l2, biasRegularizer: l2 }
  const sequence = { inputShape: [1, 1] }
  const body = () => sequential({ layers: [layers.dense({ ...all, inputShape: [1] })] })

  it.each([
    ['lstm', () => layers.lstm({ ...all, ...sequence }), 12],
    ['gru', () => layers.gru({ ...all, ...sequence }), 9],
    ['simpleRNN', () => layers.simpleRNN({ ...all, ...sequence }), 3],
    ['rnn of a cell', () => layers.rnn({ cell: layers.gruCell(all), ...sequence } as never), 9],
    [
      'rnn of stacked cells',
      () => layers.rnn({ cell: [layers.gruCell(all), layers.simpleRNNCell(all)], ...sequence } as never),
      12,
    ],
    ['bidirectional', () => layers.bidirectional({ layer: layers.lstm(all) as never, ...sequence } as never), 24],
    ['timeDistributed', () => layers.timeDistributed({ layer: layers.dense(all), ...sequence }), 2],
    ['timeDistributed of a model', () => layers.timeDistributed({ layer: body(), ...sequence }), 2],
    ['convLstm2d', () => layers.convLstm2d({ ...all, filters: 1, kernelSize: 1, inputShape: [1, 1, 1, 1] } as never), 12],
    ['nested models', () => sequential({ layers: [body()] }), 2],
  ])('%s', (_, make, expected) => {
    const penalty = penaltyOf(sequential({ layers: [make()] }))!
    expect(penalty(scalar(0)).dataSync()[0]).toBeCloseTo(expected, 5)
  })

  it('a layer that stands in two places: TensorFlow.js charges it in each', () => {
    const start = input({ shape: [1] })
    const shared = layers.dense({ ...all })
    const net = model({ inputs: start, outputs: shared.apply(shared.apply(start)) as SymbolicTensor })
    expect(penaltyOf(net)!(scalar(0)).dataSync()[0]).toBe(2)
    expect(net.calculateLosses()).toHaveLength(4)
  })

  it('a layer of one’s own, that calculates it by itself', () => {
    const own = Object.assign(layers.dense({ units: 1, inputShape: [1] }), { calculateLosses: () => [scalar(3), scalar(4)] })
    expect(penaltyOf(sequential({ layers: [sequential({ layers: [own] })] }))!(scalar(0)).dataSync()[0]).toBe(7)
  })

  it('but not what a layer of one’s own keeps, and is no part of the model', () => {
    const extractor = body()
    extractor.trainable = false
    const own = Object.assign(layers.dense({ ...all, inputShape: [1] }), { extractor })
    expect(penaltyOf(sequential({ layers: [own] }))!(scalar(0)).dataSync()[0]).toBe(2)
  })

  it('in the loss that is recorded, and its gradients train', async () => {
    const lstm = layers.lstm({ ...all, ...sequence })
    const net = sequential({ layers: [lstm, layers.dense({ units: 1, kernelInitializer: 'zeros' })] })
    const data = DataBunch.from_arrays({ x: new Float32Array(4), shape: [1, 1], y: new Float32Array(4), bs: 4 })
    const learn = new Learner(data, net, { loss: mse, optimizer: sgd({ mom: 0 }), wd: 0, progress: false })
    const { losses } = await learn.fit({ epochs: 2, lr: 0.1 })
    expect(losses[0]).toBeCloseTo(12, 4)
    // Each weight w of a sum of squares steps to w - 0.1 * 2 w.
    expect(losses[1]).toBeCloseTo(12 * 0.8 ** 2, 4)
  })
})

describe('an activityRegularizer', () => {
  it('is refused by name where TensorFlow.js leaves it out without a word', () => {
    const dense = layers.dense({ units: 1, activityRegularizer: regularizers.l2(), name: 'active' })
    const net = sequential({ layers: [layers.timeDistributed({ layer: dense, inputShape: [3, 2] })] })
    expect(() => new Learner(points(), net)).toThrow(/The activityRegularizer of the layer active \(Dense\) would not be charged/)
  })
})

it('a model without regularizers has no penalty', () => {
  expect(penaltyOf(mlp())).toBeUndefined()
  expect(penaltyOf({ apply: (x: Tensors) => x, trainableWeights: [] })).toBeUndefined()
})
