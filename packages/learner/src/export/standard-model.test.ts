import * as tf from '@tensorflow/tfjs-core'
import { input, type LayersModel, layers, model, models, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { CategoryEmbeddings } from '../model/category-embeddings.js'
import { ConvLayer } from '../model/conv-layer.js'
import { EmbeddingDotBias } from '../model/embedding-dot-bias.js'
import { simple_cnn } from '../model/simple-cnn.js'
import { tabular_model } from '../model/tabular-model.js'
import { useCpu } from '../testing/tiny.js'
import { standardModel } from './standard-model.js'

beforeAll(useCpu)

const codes = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32')

/** Weights and running statistics with no 0 and 1 among them, so that none can be left behind unseen. */
function stir(net: LayersModel) {
  tf.tidy(() =>
    net.setWeights(net.getWeights().map((w, i) => tf.add(tf.abs(tf.randomNormal(w.shape, 0, 1, 'float32', i + 1)), 0.1))),
  )
  return net
}

const shared = () => {
  const [a, b] = [input({ shape: [6, 6, 1] }), input({ shape: [6, 6, 1] })]
  const conv = new ConvLayer({ filters: 2, strides: 2 })
  const outputs = layers.add().apply([conv.apply(a), conv.apply(b)] as SymbolicTensor[]) as SymbolicTensor
  return model({ inputs: [a, b], outputs })
}

const image = (n: number) => tf.randomNormal([2, 6, 6, n], 0, 1, 'float32', 3)

const cases: [string, () => LayersModel, () => tf.Tensor | tf.Tensor[]][] = [
  ['convolutions', () => simple_cnn([3, 4, 2], { bn: true }), () => image(3)],
  ['a layer in two places', shared, () => [image(1), tf.neg(image(1))]],
  [
    'a model within a model',
    () => sequential({ layers: [simple_cnn([1, 4, 3]), layers.dense({ units: 2 })] }),
    () => image(1),
  ],
  [
    'a tabular model',
    () => tabular_model({ emb_szs: [[4, 2], [3, 1], [5, 2]], n_cont: 2, out_sz: 2, layers: [5], ps: 0.5, embed_p: 0.5, y_range: [-1, 3] }),
    () => [codes([[3, 0, 4], [1, 2, 0]]), tf.tensor2d([[0.5, -1], [2, 3]])],
  ],
  ['one category', () => sequential({ layers: [new CategoryEmbeddings({ sizes: [[4, 3]], inputShape: [1] })] }), () => codes([[3], [0]])],
  [
    'ratings',
    () => sequential({ layers: [new EmbeddingDotBias({ n_users: 3, n_items: 4, n_factors: 2, inputShape: [2] })] }),
    () => codes([[2, 3], [0, 1]]),
  ],
] // biome-ignore format: a table

it.each(cases)('answers alike with layers that all have: %s', async (_, make, xs) => {
  const net = stir(make())
  const plain = standardModel(net)
  const names = JSON.stringify(plain.toJSON(null, false))
  expect(names).not.toMatch(/class_name":"(ConvLayer|CategoryEmbeddings|EmbeddingDotBias|SigmoidRange)"/)
  const again = await models.modelFromJSON({ modelTopology: JSON.parse(plain.toJSON() as string) })
  again.setWeights(plain.getWeights())
  tf.tidy(() => {
    const [wanted, got] = [net, again].map(each => (each.predict(xs()) as tf.Tensor).dataSync())
    for (const [i, value] of got!.entries()) expect(value).toBeCloseTo(wanted![i]!, 5)
  })
})

it('ends in what the output stands for', () => {
  const plain = standardModel(sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }), ['softmax'])
  const sum = tf.tidy(() => tf.sum(plain.predict(tf.tensor2d([[5, -3]])) as tf.Tensor).dataSync()[0])
  expect(sum).toBeCloseTo(1, 6)
})

it('leaves the model as it was, and is disposed as any other', () => {
  const net = simple_cnn([1, 2])
  const before = tf.memory().numTensors
  standardModel(net).dispose()
  expect(tf.memory().numTensors).toBe(before)
  expect(net.layers[0]!.getClassName()).toBe('ConvLayer')
})

it('refuses a layer of ours within another', () => {
  const inner = new ConvLayer({ filters: 2 })
  const net = sequential({ layers: [layers.timeDistributed({ layer: inner, inputShape: [2, 6, 6, 1] })] })
  expect(() => standardModel(net)).toThrow(/wraps conv_layer\S*, a ConvLayer, which other programs do not have/)
})
