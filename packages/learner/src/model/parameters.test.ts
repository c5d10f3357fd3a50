import * as tf from '@tensorflow/tfjs-core'
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { parametersOf, trainableNow, weightsOf } from './parameters.js'
import { simple_cnn } from './simple-cnn.js'

beforeAll(useCpu)

const names = (net: Parameters<typeof weightsOf>[0]) => weightsOf(net).map(({ name }) => name)
const kinds = (net: Parameters<typeof weightsOf>[0]) => Object.fromEntries(weightsOf(net).map(({ name, kind }) => [name, kind]))

describe('the weights of layers', () => {
  it('are named by position, the same in every model of the same architecture', () => {
    expect(names(mlp())).toEqual([
      '0.kernel',
      '0.bias',
      '1.gamma',
      '1.beta',
      '1.moving_mean',
      '1.moving_variance',
      '2.kernel',
      '2.bias',
    ])
    expect(names(mlp())).toEqual(names(mlp()))
    expect(names(simple_cnn([3, 4, 2]))).toEqual(['0.kernel', '0.bias', '1.kernel', '1.bias'])
  })

  it('are of kinds: what is spared from decay is a bias or a normalization', () => {
    expect(kinds(mlp())).toEqual({
      '0.kernel': 'weight',
      '0.bias': 'bias',
      '1.gamma': 'norm',
      '1.beta': 'norm',
      '1.moving_mean': 'norm',
      '1.moving_variance': 'norm',
      '2.kernel': 'weight',
      '2.bias': 'bias',
    })
    const others = sequential({
      layers: [
        layers.embedding({ inputDim: 4, outputDim: 3, inputShape: [2] }),
        layers.layerNormalization(),
        layers.flatten(),
        layers.prelu(),
      ],
    })
    expect(kinds(others)).toEqual({ '0.embeddings': 'weight', '1.gamma': 'norm', '1.beta': 'norm', '3.alpha': 'weight' })
  })

  it('of nested models are named by the way to them', () => {
    const nested = () => sequential({ layers: [layers.dense({ units: 3, inputShape: [2] }), mlpOn(3)] })
    expect(names(nested())).toEqual(['0.kernel', '0.bias', '1.0.kernel', '1.0.bias', '1.1.kernel', '1.1.bias'])
    expect(names(nested())).toEqual(names(nested()))
  })

  it('have names of their own where a layer repeats them', () => {
    const bidirectional = () =>
      sequential({
        layers: [layers.bidirectional({ layer: layers.lstm({ units: 2 }) as never, mergeMode: 'concat', inputShape: [3, 1] })],
      })
    expect(names(bidirectional())).toEqual([
      '0.kernel',
      '0.recurrent_kernel',
      '0.bias',
      '0.kernel_1',
      '0.recurrent_kernel_1',
      '0.bias_1',
    ])
    expect(kinds(bidirectional())['0.bias_1']).toBe('bias')
    expect(names(bidirectional())).toEqual(names(bidirectional()))
  })

  it('that stand in several places are one parameter', () => {
    const shared = layers.dense({ units: 2, inputShape: [2] })
    const inner = sequential({ layers: [shared] })
    const x = input({ shape: [2] })
    const net = model({ inputs: x, outputs: inner.apply(shared.apply(x)) as SymbolicTensor })
    expect(parametersOf(net).map(({ variable }) => variable.shape)).toEqual([[2, 2], [2]])
    expect(new Set(names(net)).size).toBe(2)
  })

  it('that could train are parameters, frozen or not; running statistics are not', () => {
    const net = mlp()
    const all = parametersOf(net)
    expect(all.map(({ name }) => name)).toEqual(['0.kernel', '0.bias', '1.gamma', '1.beta', '2.kernel', '2.bias'])
    net.layers[0]!.trainable = false
    expect(parametersOf(net)).toEqual(all)
    expect(trainableNow(net)).toEqual(new Set(all.slice(2).map(({ variable }) => variable)))
    net.trainable = false
    expect(parametersOf(net)).toEqual(all)
    expect(trainableNow(net).size).toBe(0)
    expect(weightsOf(net)).toHaveLength(8)
  })

  it('keep their names when a layer in a wrapper is frozen, though TensorFlow.js lists them in another order', () => {
    const inner = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), layers.dense({ units: 2 })] })
    const net = sequential({ layers: [layers.timeDistributed({ layer: inner, inputShape: [3, 2] })] })
    const before = weightsOf(net)
    inner.layers[0]!.trainable = false
    expect(weightsOf(net)).toEqual(before)
    expect(before.map(({ name }) => name)).toEqual(['0.kernel', '0.bias', '0.kernel_1', '0.bias_1'])
  })

  it('are a normalization’s by the layer that made them, in a wrapper too, and not by what they are called', () => {
    class NormInit extends layers.Layer {
      static readonly className: string = 'NormInit'
      override build() {
        for (const name of ['gamma', 'beta', 'moving', 'bias']) this.addWeight(name, [1], 'float32', initializers.ones())
        this.built = true
      }
    }
    class GroupNorm extends NormInit {
      static override readonly className = 'EnormousGroups'
      readonly normalizes = true
    }
    class Filtered extends NormInit {
      static readonly normalizes = true
    }
    const net = sequential({
      layers: [
        new NormInit({ inputShape: [2, 1] }),
        new GroupNorm(),
        new Filtered(),
        layers.timeDistributed({ layer: layers.batchNormalization() }),
      ],
    })
    const kind = kinds(net)
    expect([kind['0.gamma'], kind['0.beta'], kind['0.moving'], kind['0.bias']]).toEqual(['weight', 'weight', 'weight', 'bias'])
    expect([kind['1.gamma'], kind['1.bias'], kind['2.beta'], kind['3.gamma'], kind['3.moving_mean']]).toEqual(
      Array(5).fill('norm'),
    )
  })
})

describe('the variables of a plain object', () => {
  it('keep their names, or are numbered', () => {
    const w = tf.variable(tf.zeros([2, 2]), true, 'encoder/w')
    const unnamed = [tf.variable(tf.zeros([2])), tf.variable(tf.zeros([2]))]
    const net = { apply: <T>(x: T) => x, trainableWeights: [unnamed[0]!, w, unnamed[1]!] }
    expect(names(net)).toEqual(['weight_0', 'encoder/w', 'weight_2'])
    tf.dispose([w, ...unnamed])
  })

  it('that belong to layers are named alike in every process', () => {
    const net = () => {
      const layer = layers.dense({ units: 2 })
      layer.build([null, 3])
      return { apply: (x: unknown) => layer.apply(x as tf.Tensor) as tf.Tensor, trainableWeights: layer.trainableWeights }
    }
    expect(names(net())).toEqual(['0.kernel', '1.bias'])
    expect(names(net())).toEqual(names(net()))
  })

  it.each([
    ['b_out/bias', 'bias'],
    ['outBias', 'bias'],
    ['bias2', 'bias'],
    ['unbiased', 'weight'],
    ['gamma', 'norm'],
    ['layer_norm/scale', 'norm'],
    ['batchnorm1.weight', 'norm'],
    ['encoder/LayerNormalization/w', 'norm'],
    ['normal_w', 'weight'],
    ['alphabet', 'weight'],
    ['w1', 'weight'],
  ])('%s is a %s', (name, kind) => {
    const variable = tf.variable(tf.zeros([1]), true, name)
    expect(weightsOf({ apply: (x: tf.Tensor | tf.Tensor[]) => x, trainableWeights: [variable] })[0]!.kind).toBe(kind)
    variable.dispose()
  })

  it('may include state that does not train', () => {
    const [w, mean] = [tf.variable(tf.zeros([1])), tf.variable(tf.zeros([1]), false)]
    const net = { apply: <T>(x: T) => x, trainableWeights: [w], weights: [w, mean] }
    expect(weightsOf(net).map(({ variable }) => variable)).toEqual([w, mean])
    expect(parametersOf(net).map(({ variable }) => variable)).toEqual([w])
    tf.dispose([w, mean])
  })
})

describe('summary', () => {
  const lines = (net: LayersModel, options = {}) =>
    new Learner(points(), net, { progress: false, ...options }).summary().split('\n')

  it('has a line a layer, and counts nested models and shared layers once', () => {
    const shared = layers.dense({ units: 2, name: 'shared', inputShape: [2] })
    const x = input({ shape: [2], name: 'x' })
    const inner = sequential({ layers: [shared], name: 'inner' })
    const net = model({ inputs: x, outputs: inner.apply(shared.apply(x)) as SymbolicTensor })
    expect(lines(net)).toEqual([
      'layer               output shape  parameters  trains',
      'x (InputLayer)      [?, 2]                 0',
      'shared (Dense)      [?, 2]                 6  yes',
      'inner (Sequential)  [?, 2]                 6  yes',
      '',
      'total parameters: 6, of which 6 train',
      'loss: cross_entropy, optimizer: adam',
    ])
  })

  it('shows every shape of a layer that stands in several places', () => {
    const twice = layers.dense({ units: 2, name: 'twice' })
    const x = input({ shape: [2] })
    const wide = layers.reshape({ targetShape: [1, 2] }).apply(x)
    const flat = layers.flatten().apply(twice.apply(wide) as SymbolicTensor)
    const both = layers.add().apply([flat, twice.apply(x)] as SymbolicTensor[])
    expect(lines(model({ inputs: x, outputs: both as SymbolicTensor })).join('\n')).toMatch(
      /twice \(Dense\) +\[\?, 1, 2\] \[\?, 2\] +6 {2}yes/,
    )
  })

  it('says what is frozen', () => {
    const learn = new Learner(points(), mlp(), { progress: false, layer_groups: [2] })
    learn.freeze()
    const [, ...rows] = learn.summary().split('\n')
    expect(rows.slice(0, 3).map(row => row.split(/\s{2,}/).at(-1))).toEqual(['no', 'yes', 'yes'])
    expect(rows).toContain('total parameters: 74, of which 34 train')
  })
})

function mlpOn(size: number) {
  return sequential({ layers: [layers.dense({ units: 4, inputShape: [size] }), layers.dense({ units: 2 })] })
}
