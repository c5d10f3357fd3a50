import { CancelStep } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { memory, norm, type Tensor, train } from '@tensorflow/tfjs-core'
import { constraints, input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { mse } from '../loss/regression.js'
import { adam, sgd } from '../optimizer/index.js'
import { mlp, useCpu } from '../testing/tiny.js'
import { constrain } from './constraints.js'
import { parametersOf } from './parameters.js'
import type { Layer } from './trainable-model.js'

beforeAll(useCpu)

const value = (tensor: Tensor) => tensor.dataSync()[0]!
const nonNeg = constraints.nonNeg()
const own = (apply: (w: Tensor) => Tensor): typeof nonNeg => Object.assign(constraints.nonNeg(), { apply })

/** Trains to the given slope, and tells the weight of one unit. */
async function slopeOf(slope: number, kernelConstraint: typeof nonNeg, options: LearnerOptions = {}): Promise<number> {
  const dense = layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros', kernelConstraint })
  const x = Float32Array.from({ length: 20 }, (_, i) => Math.sin(i))
  const data = DataBunch.from_arrays({ x, shape: [1], y: x.map(each => slope * each), bs: 10, seed: 1 })
  const learn = new Learner(data, sequential({ layers: [dense] }), {
    loss: mse,
    progress: false,
    optimizer: sgd({ mom: 0 }),
    wd: 0,
    ...options,
  })
  const before = memory().numTensors
  await learn.fit({ epochs: 20, lr: 0.3 })
  if (!('optimizer' in options)) expect(memory().numTensors).toBe(before)
  return value(dense.getWeights()[0]!)
}

describe('a constraint holds after each step (tfjs 3345, 3979)', () => {
  it.each([
    ['maxNorm', constraints.maxNorm({ maxValue: 2, axis: 0 }), 10, 2],
    ['nonNeg', nonNeg, -10, 0],
    ['unitNorm', constraints.unitNorm({ axis: 0 }), 10, 1],
    ['minMaxNorm', constraints.minMaxNorm({ minValue: 3, maxValue: 4, axis: 0 }), 10, 4],
    ['one of one’s own, that returns the weight itself', own(w => w), 10, 10],
  ])('%s', async (_, constraint, slope, expected) => {
    expect(await slopeOf(slope, constraint)).toBeCloseTo(expected, 2)
  })

  it.each([
    ['adam', adam()],
    ['tf.train.sgd', train.sgd(0.1)],
    ['tf.train.adam', train.adam(0.1)],
  ])('whatever steps: %s', async (_, optimizer) => {
    expect(await slopeOf(-10, nonNeg, { optimizer, wd: undefined })).toBe(0)
  })

  const zero = constraints.maxNorm({ maxValue: 0, axis: 0 })
  const flat = (layer: Layer, size: number) =>
    sequential({ layers: [layer, layers.reshape({ targetShape: [size] }), layers.dense({ units: 1 })] })
  const all = { kernelConstraint: zero, recurrentConstraint: zero, biasConstraint: zero }
  const cells = [layers.gruCell({ units: 2, ...all }), layers.lstmCell({ units: 2, ...all })]
  const ofNorm = { gammaConstraint: zero, betaConstraint: zero }
  const image = { depthwiseConstraint: zero, pointwiseConstraint: zero, biasConstraint: zero, kernelSize: 2 }

  it.each([
    ['lstm', flat(layers.lstm({ units: 2, inputShape: [4, 1], ...all }), 2), 3],
    ['gru', flat(layers.gru({ units: 2, inputShape: [4, 1], ...all }), 2), 3],
    ['simpleRNN', flat(layers.simpleRNN({ units: 2, inputShape: [4, 1], ...all }), 2), 3],
    ['rnn of stacked cells', flat(layers.rnn({ cell: cells, inputShape: [4, 1] } as never), 2), 6],
    ['convLstm2d', flat(layers.convLstm2d({ filters: 2, kernelSize: 1, inputShape: [1, 2, 2, 1], ...all } as never), 8), 3],
    [
      'bidirectional',
      flat(layers.bidirectional({ layer: layers.lstm({ units: 2, ...all }) as never, inputShape: [4, 1] } as never), 4),
      6,
    ],
    ['timeDistributed', flat(layers.timeDistributed({ layer: layers.dense({ units: 1, ...all }), inputShape: [4, 1] }), 4), 2],
    ['batchNormalization', flat(layers.batchNormalization({ inputShape: [4, 1], ...ofNorm }), 4), 2],
    [
      'embedding',
      flat(layers.embedding({ inputDim: 2, outputDim: 1, inputShape: [4, 1], embeddingsConstraint: zero } as never), 4),
      1,
    ],
    ['prelu', flat(layers.prelu({ inputShape: [4, 1], alphaConstraint: zero } as never), 4), 1],
    ['depthwiseConv2d', flat(layers.depthwiseConv2d({ inputShape: [2, 2, 1], ...image }), 1), 2],
    ['separableConv2d', flat(layers.separableConv2d({ filters: 2, inputShape: [2, 2, 1], ...image } as never), 2), 3],
    [
      'conv2d in a nested model',
      flat(sequential({ layers: [layers.conv2d({ filters: 2, kernelSize: 2, inputShape: [2, 2, 1], ...all })] }), 2),
      2,
    ],
  ])('of every weight of a layer: %s', async (name, net, count) => {
    const shape = net.inputs[0]!.shape.slice(1) as number[]
    const least = name === 'embedding' ? 0 : -1
    const random = Float32Array.from({ length: 32 }, (_, i) => (Math.sin(i * i) > 0 ? 1 : least))
    const data = DataBunch.from_arrays({ x: random, shape, y: new Float32Array(8).fill(-50), bs: 4, seed: 1 })
    const constrained = () => parametersOf(net).filter(({ constraint }) => constraint)
    expect(constrained()).toHaveLength(count)
    const learn = new Learner(data, net, { loss: mse, progress: false })
    await learn.fit({ epochs: 1, lr: 0.5 })
    const others = constrained().filter(({ variable }) => variable.dataSync().some(each => each !== 0))
    expect(others.map(parameter => parameter.name)).toEqual([])
  })
})

it('a shared layer’s constraint is applied once a step', async () => {
  let applied = 0
  const count = own(w => {
    applied++
    return w
  })
  const start = input({ shape: [1] })
  const shared = layers.dense({ units: 1, kernelConstraint: count })
  const net = model({ inputs: start, outputs: shared.apply(shared.apply(start)) as SymbolicTensor })
  const data = DataBunch.from_arrays({ x: new Float32Array(8).fill(1), shape: [1], y: new Float32Array(8), bs: 4 })
  await new Learner(data, net, { loss: mse, progress: false }).fit({ epochs: 1, lr: 0.1 })
  expect(applied).toBe(2)
})

it('what was not stepped is not constrained: frozen weights, and a step that a callback leaves out', async () => {
  // At random some would have a length of nearly 1.
  const kernel = { kernelConstraint: constraints.unitNorm({ axis: 0 }), kernelInitializer: 'ones' } as const
  const [body, head] = [layers.dense({ units: 2, inputShape: [1], ...kernel }), layers.dense({ units: 1, ...kernel })]
  const data = DataBunch.from_arrays({ x: new Float32Array(8).fill(1), shape: [1], y: new Float32Array(8), bs: 4 })
  const learn = new Learner(data, sequential({ layers: [body, head] }), { loss: mse, progress: false })
  body.trainable = false
  const length = (layer: Layer) => value(norm(layer.getWeights()[0]!))
  const before = [length(body), length(head)]
  for (const each of before) expect(Math.abs(each - 1)).toBeGreaterThan(1e-3)
  const skip = {
    before_step: () => {
      throw new CancelStep()
    },
  }
  await learn.fit({ epochs: 1, lr: 0.1, callbacks: [skip] })
  expect([length(body), length(head)]).toEqual(before)
  await learn.fit({ epochs: 1, lr: 0.1 })
  expect(length(body)).toBe(before[0])
  expect(length(head)).toBeCloseTo(1, 5)
})

it('a model without constraints costs nothing', () => {
  expect(constrain(parametersOf(mlp()))).toBeUndefined()
})
