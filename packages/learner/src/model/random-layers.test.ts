// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import { DataBunch, type Tensors } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { model as build, input, layers, type Sequential, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mse } from '../loss/regression.js'
import { sgd } from '../optimizer/index.js'
import { Draws, drawFrom } from '../random/draws.js'
import { useCpu } from '../testing/tiny.js'
import './random-layers.js'
import type { Layer, Model } from './trainable-model.js'

beforeAll(useCpu)

const seq = (...list: Layer[]): Sequential => sequential({ layers: list })
const one = () => layers.dense({ units: 1 })
const steps = { inputShape: [5, 3] }
const cell = { units: 4, dropout: 0.5, recurrentDropout: 0.5 }
const images = { inputShape: [2, 6, 6, 1] }

/** A layer of a person's own, with a random operation in it. */
class Noisy extends layers.Layer {
  static className = 'NoisyOfATest'
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [only] = [x].flat() as [tf.Tensor]
      return tf.mul(only, tf.randomUniform(only.shape, 0.5, 1.5))
    })
  }
}

function nested(): Model {
  const x = input({ shape: [8] })
  const inner = seq(layers.dense({ units: 6, inputShape: [8] }), layers.dropout({ rate: 0.5 }))
  const left = inner.apply(x) as SymbolicTensor
  const right = layers.dropout({ rate: 0.5 }).apply(left) as SymbolicTensor
  return build({ inputs: x, outputs: one().apply(layers.concatenate().apply([left, right])) as SymbolicTensor })
}

function ownModel(draw: (x: tf.Tensor) => tf.Tensor): Model {
  const w = tf.variable(tf.ones([8, 1]))
  return { apply: (x: Tensors) => tf.matMul(draw(x as tf.Tensor) as tf.Tensor2D, w as tf.Tensor2D), trainableWeights: [w] }
}

const models: Record<string, [make: () => Model, shape: number[]]> = {
  dropout: [() => seq(layers.dropout({ rate: 0.5, inputShape: [8] }), one()), [8]],
  'dropout with a seed of its own': [() => seq(layers.dropout({ rate: 0.5, seed: 7, inputShape: [8] }), one()), [8]],
  spatialDropout1d: [() => seq(layers.spatialDropout1d({ rate: 0.5, seed: 7, ...steps }), layers.flatten(), one()), [5, 3]],
  gaussianNoise: [() => seq(layers.gaussianNoise({ stddev: 1, inputShape: [8] }), one()), [8]],
  gaussianDropout: [() => seq(layers.gaussianDropout({ rate: 0.5, inputShape: [8] }), one()), [8]],
  alphaDropout: [() => seq(layers.alphaDropout({ rate: 0.5, inputShape: [8] }), one()), [8]],
  lstm: [() => seq(layers.lstm({ ...cell, ...steps }), one()), [5, 3]],
  gru: [() => seq(layers.gru({ ...cell, ...steps }), one()), [5, 3]],
  simpleRNN: [() => seq(layers.simpleRNN({ ...cell, ...steps }), one()), [5, 3]],
  'bidirectional lstm': [
    () => seq(layers.bidirectional({ layer: layers.lstm(cell) as never, mergeMode: 'concat', ...steps }), one()),
    [5, 3],
  ],
  'rnn of a cell': [() => seq(layers.rnn({ cell: layers.gruCell(cell), ...steps }), one()), [5, 3]],
  'rnn of stacked cells': [
    () =>
      seq(
        layers.rnn({ cell: layers.stackedRNNCells({ cells: [layers.lstmCell(cell), layers.gruCell(cell)] }), ...steps }),
        one(),
      ),
    [5, 3],
  ],
  convLstm2d: [
    () =>
      seq(
        layers.convLstm2d({ filters: 2, kernelSize: 3, dropout: 0.5, recurrentDropout: 0.5, ...images }),
        layers.flatten(),
        one(),
      ),
    [2, 6, 6, 1],
  ],
  'timeDistributed dropout': [
    () => seq(layers.timeDistributed({ layer: layers.dropout({ rate: 0.5 }), ...steps }), layers.flatten(), one()),
    [5, 3],
  ],
  'dropout in a nested model': [nested, [8]],
  'a layer of a person’s own': [() => seq(new Noisy({ inputShape: [8] }), one()), [8]],
  'tf.dropout in a model of a person’s own': [() => ownModel(x => tf.dropout(x, 0.5)), [8]],
  'tf.multinomial in a model of a person’s own': [
    () => ownModel(x => tf.add(x, tf.cast(tf.multinomial(tf.ones([x.shape[0]!, 5]) as tf.Tensor2D, 8), 'float32'))),
    [8],
  ],
}

/** Only what is drawn makes losses differ: samples are all alike, all weights the same, and the rate is next to nothing. */
async function losses([make, shape]: [() => Model, number[]], seed?: number): Promise<number[]> {
  const net = make()
  for (const weight of net.weights ?? []) if ('write' in weight) weight.write(tf.fill(weight.shape as number[], 0.2))
  const size = tf.util.sizeFromShape(shape)
  const data = DataBunch.from_arrays({ x: new Float32Array(12 * size).fill(1), shape, y: new Float32Array(12), bs: 3 })
  const learn = new Learner(data, net, { loss: mse, optimizer: sgd({ mom: 0 }), wd: 0, progress: false, seed })
  const first = await learn.fit(1e-12, 1)
  const before = tf.memory().numTensors
  const second = await learn.fit(1e-12, 1)
  expect(tf.memory().numTensors).toBe(before)
  return [...first.losses, ...second.losses]
}

const kinds = Object.entries(models).flatMap(([name, kind]) => ['cpu', 'wasm'].map(backend => [backend, name, kind] as const))

describe.each(kinds)('on %s, %s', (backend, name, kind) => {
  beforeAll(() => tf.setBackend(backend))
  afterAll(useCpu)

  it('draws the same by the same seed, something else by another and in each batch', async () => {
    const found = await losses(kind, 3)
    expect(await losses(kind, 3)).toEqual(found)
    expect(new Set(found).size).toBeGreaterThan(4)
    // What has a seed of its own follows that one.
    if (/spatial|seed of its own/.test(name)) expect(await losses(kind, 4)).toEqual(found)
    else expect(await losses(kind, 4)).not.toEqual(found)
  })
})

describe('drawFrom', () => {
  const draws = (batch = 0) => new Draws(new Random(1), 'test', batch)

  it('puts Math.random back, whatever is thrown, and within itself', () => {
    const { random } = Math
    const inner = () => {
      const within = Math.random
      drawFrom(draws(1), () => expect(Math.random).not.toBe(within))
      expect(Math.random).toBe(within)
      throw new Error('thrown')
    }
    expect(() => drawFrom(draws(), inner)).toThrow('thrown')
    expect(Math.random).toBe(random)
  })

  it('lets two layers without seeds differ, and two of one seed agree', () => {
    const x = tf.ones([1, 64])
    const masks = (...seeds: (number | undefined)[]) =>
      drawFrom(draws(), () =>
        seeds.map(seed => [
          ...(layers.dropout({ rate: 0.5, seed: seed as number }).apply(x, { training: true }) as tf.Tensor).dataSync(),
        ]),
      )
    const [a, b] = masks(undefined, undefined)
    expect(a).not.toEqual(b)
    const [c, d, e] = masks(7, 7, 8)
    expect(c).toEqual(d)
    expect(c).not.toEqual(e)
  })

  it('gives a layer that is used twice two masks, and leaves its seed and configuration as they were', () => {
    const layer = layers.dropout({ rate: 0.5, seed: 7 })
    const x = tf.ones([1, 64])
    const mask = () => [...(layer.apply(x, { training: true }) as tf.Tensor).dataSync()]
    const [one, two] = drawFrom(draws(), () => [mask(), mask()])
    expect(one).not.toEqual(two)
    expect(layer.getConfig()['seed']).toBe(7)
    expect(mask()).toEqual(mask()) // outside, as tfjs has it
  })

  it('draws the seeds of layers that count them up without counting', () => {
    const layer = layers.randomWidth({ factor: 0.5, seed: 7 })
    const x = tf.ones([1, 40, 100, 1]) as tf.Tensor
    const width = (batch: number) => drawFrom(draws(batch), () => (layer.apply(x) as tf.Tensor).shape[2])
    const widths = [0, 1, 2, 3].map(width)
    expect(new Set(widths).size).toBeGreaterThan(2)
    expect([0, 1, 2, 3].map(width)).toEqual(widths)
    expect(layer.getConfig()['seed']).toBe(7)
  })

  it('leaves no mask in a cell: a plain rnn kept its first, in predictions too', () => {
    const layer = layers.rnn({ cell: layers.gruCell({ units: 2, dropout: 0.5 }) })
    const x = tf.ones([2, 3, 4]) as tf.Tensor
    const training = () => drawFrom(draws(), () => layer.apply(x, { training: true }) as tf.Tensor)
    training().dispose()
    const before = tf.memory().numTensors
    training().dispose()
    expect(tf.memory().numTensors).toBe(before)
    const predict = () => drawFrom(draws(), () => [...(layer.apply(x) as tf.Tensor).dataSync()])
    expect(predict()).toEqual([...(layer.apply(x) as tf.Tensor).dataSync()])
  })
})
