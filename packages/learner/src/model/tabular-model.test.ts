import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, models } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { CategoryEmbeddings, emb_sz_rule } from './category-embeddings.js'
import { EmbeddingDotBias } from './embedding-dot-bias.js'
import { mlp } from './mlp.js'
import { SigmoidRange } from './sigmoid-range.js'
import { tabular_model } from './tabular-model.js'

beforeAll(useCpu)

const shapesOf = (net: LayersModel) => net.weights.map(({ originalName, shape }) => `${originalName} ${shape}`)

it('has the sizes of embeddings that fastai has', () => {
  // emb_sz_rule of fastai 2.8, by Python's own arithmetic.
  expect([1, 2, 3, 8, 100, 1000, 100_000].map(emb_sz_rule)).toEqual([2, 2, 3, 5, 21, 77, 600])
})

describe('CategoryEmbeddings', () => {
  it('looks up each column in a table of its own, and gives each row its gradient', () => {
    tf.tidy(() => {
      const layer = new CategoryEmbeddings({ sizes: [[3, 2], [2, 1]], inputShape: [2] }) // biome-ignore format: a table
      const codes = tf.tensor2d([[2, 1], [0, 1], [2, 0]], [3, 2], 'int32') // biome-ignore format: a table
      layer.apply(codes)
      layer.setWeights([tf.tensor2d([[1, 2], [3, 4], [5, 6]]), tf.tensor2d([[7], [8]])]) // biome-ignore format: a table
      const weights = layer.weights.map(weight => (weight as unknown as { val: tf.Variable }).val)
      const { value, grads } = tf.variableGrads(
        () => tf.sum(tf.mul(layer.apply(codes) as tf.Tensor, tf.tensor2d([[1], [10], [100]]))) as tf.Scalar,
        weights,
      )
      expect((layer.apply(codes) as tf.Tensor).arraySync()).toEqual([[5, 6, 8], [1, 2, 8], [5, 6, 7]]) // biome-ignore format: a table
      expect(value.dataSync()[0]).toBe(19 + 10 * 11 + 100 * 18)
      expect(weights.map(({ name }) => grads[name]!.arraySync())).toEqual([[[10, 10], [0, 0], [101, 101]], [[100], [11]]]) // biome-ignore format: a table
    })
  })

  it.each([
    [[], /takes sizes/],
    [[[0, 2]], /categories of column 0 must be a whole number of at least 1, but it is 0/],
    [[[3, 1.5]], /size of the embedding of column 0/],
    [[[3, 1, 2]], /column 0 has \[3, 1, 2\]; expected \[categories, size\]/],
  ])('refuses the sizes %j', (sizes, message) => {
    expect(() => new CategoryEmbeddings({ sizes: sizes as never })).toThrow(message)
  })
})

it('multiplies what stands for user and item, and adds a bias of each', () => {
  tf.tidy(() => {
    const layer = new EmbeddingDotBias({ n_users: 2, n_items: 3, n_factors: 2, inputShape: [2] })
    const codes = tf.tensor2d([[1, 2], [0, 0]], [2, 2], 'int32') // biome-ignore format: a table
    layer.apply(codes)
    layer.setWeights([
      tf.tensor2d([[1, 2], [3, 4]]),
      tf.tensor2d([[5, 6], [0, 0], [7, 8]]),
      tf.tensor2d([[0.5], [0.25]]),
      tf.tensor2d([[10], [20], [30]]),
    ]) // biome-ignore format: a table
    expect((layer.apply(codes) as tf.Tensor).arraySync()).toEqual([[3 * 7 + 4 * 8 + 0.25 + 30], [5 + 12 + 0.5 + 10]])
  })
})

it('keeps values in a range', () => {
  const layer = new SigmoidRange({ low: -1, high: 3 })
  const values = tf.tidy(() => (layer.apply(tf.tensor1d([-100, 0, 100])) as tf.Tensor).arraySync())
  expect(values).toEqual([-1, 1, 3])
  expect(() => new SigmoidRange({ low: 2, high: 2 })).toThrow('from low = 2 to high = 2; expected two numbers, low below high')
})

describe('tabular_model', () => {
  it('has the weights of fastai, its layers by name', () => {
    const net = tabular_model({ emb_szs: [[8, 5], [3, 3]], n_cont: 4, out_sz: 2, layers: [20, 10], ps: [0.1, 0.2], embed_p: 0.04 }) // biome-ignore format: a table
    // TabularModel([(8, 5), (3, 3)], 4, 2, [20, 10]): embeddings 40 + 9, bn_cont 4 * 4, 12 * 20, 4 * 20, 20 * 10, 4 * 10, 10 * 2 + 2
    expect(net.countParams()).toBe(49 + 16 + 240 + 80 + 200 + 40 + 22)
    expect(net.inputs.map(({ sourceLayer, shape, dtype }) => [sourceLayer.name, shape, dtype])).toEqual([
      ['cats', [null, 2], 'int32'],
      ['conts', [null, 4], 'float32'],
    ])
    expect(net.layers.map(({ name }) => name)).toEqual([
      ...['cats', 'embeddings', 'conts', 'dropout_embeddings', 'norm_conts', 'joined'],
      ...['hidden_1', 'norm_1', 'dropout_1', 'hidden_2', 'norm_2', 'dropout_2', 'head'],
    ])
    net.dispose()
  })

  it('has one input where there are only categories, or only numbers', () => {
    const [codes, numbers] = [
      tabular_model({ emb_szs: [[4, 2]], out_sz: 1 }),
      tabular_model({ n_cont: 3, out_sz: 1, bn_cont: false }),
    ]
    expect([codes, numbers].map(net => net.inputs.map(({ sourceLayer }) => sourceLayer.name))).toEqual([['cats'], ['conts']])
    expect(shapesOf(numbers)[0]).toBe('hidden_1/kernel 3,200')
  })

  it('gives the same weights for the same seed, and others for another', async () => {
    const drawn = async (seed: number) => {
      const net = tabular_model({ emb_szs: [[4, 2]], n_cont: 1, out_sz: 1, layers: [3], seed })
      return Promise.all(net.getWeights().map(async weight => [...(await weight.data())]))
    }
    expect(await drawn(1)).toEqual(await drawn(1))
    expect(await drawn(1)).not.toEqual(await drawn(2))
  })

  it('survives its own JSON', async () => {
    const net = tabular_model({ emb_szs: [[4, 2]], n_cont: 1, out_sz: 1, layers: [3], y_range: [0, 5] })
    const again = await models.modelFromJSON({ modelTopology: JSON.parse(net.toJSON() as string) })
    expect(shapesOf(again)).toEqual(shapesOf(net))
    again.setWeights(net.getWeights())
    const ask = (each: LayersModel) =>
      tf.tidy(() => (each.predict([tf.tensor2d([[3]], [1, 1], 'int32'), tf.tensor2d([[0.5]])]) as tf.Tensor).arraySync())
    expect(ask(again)).toEqual(ask(net))
  })

  it.each([
    [{ out_sz: 1 }, /neither emb_szs nor n_cont/],
    [{ n_cont: 1, out_sz: 0 }, /out_sz of tabular_model must be a whole number of at least 1/],
    [{ n_cont: 1, out_sz: 1, ps: [0.1] }, /ps of tabular_model is \[0.1\], for 2 hidden layers/],
    [{ n_cont: 1, out_sz: 1, embed_p: 1 }, /embed_p of tabular_model is 1; expected a part from 0 to below 1/],
    [{ n_cont: 1, out_sz: 1, y_range: [1] }, /y_range of tabular_model is \[1\]; expected \[low, high\]/],
    [{ n_cont: 1, out_sz: 1, layer: [3] }, /no option layer. Did you mean layers/],
  ])('refuses %j', (options, message) => {
    expect(() => tabular_model(options as never)).toThrow(message)
  })
})

it('makes a multilayer perceptron', () => {
  const net = mlp([4, 32, 16, 3], { bn: true, ps: 0.1 })
  expect(net.countParams()).toBe(4 * 32 + 4 * 32 + 32 * 16 + 4 * 16 + 16 * 3 + 3)
  expect(mlp([4, 3]).countParams()).toBe(15)
  expect(() => mlp([4])).toThrow('input and output at least')
  expect(() => mlp([4, 0, 3])).toThrow('sizes[1] of mlp must be a whole number of at least 1')
})
