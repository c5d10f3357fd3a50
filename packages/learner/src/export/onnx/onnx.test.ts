// Alone: the runtime that reads the models puts a Worker into the globals.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../../learner.js'
import { MultiHeadAttention } from '../../model/attention/multi-head-attention.js'
import { PositionalEmbedding } from '../../model/attention/positional-embedding.js'
import { TransformerBlock } from '../../model/attention/transformer-block.js'
import { EmbeddingDotBias } from '../../model/embedding-dot-bias.js'
import { resnet18 } from '../../model/image/resnet.js'
import { resnet9 } from '../../model/image/resnet9.js'
import { unet } from '../../model/image/unet.js'
import { mlp } from '../../model/mlp.js'
import { SigmoidRange } from '../../model/sigmoid-range.js'
import { simple_cnn } from '../../model/simple-cnn.js'
import { tabular_model } from '../../model/tabular-model.js'
import { text_classifier } from '../../model/text-classifier.js'
import { useCpu } from '../../testing/tiny.js'
import { kerasOf } from '../keras/export-keras.js'
import { onnxOf } from './export-onnx.js'

const { findTool } = await import(fileURLToPath(new URL('../../../../../scripts/tools.mjs', import.meta.url)))
const { folder, missing } = findTool('onnxruntime') as { folder?: string; missing?: string }

beforeAll(useCpu)

interface Runtime {
  readonly InferenceSession: { create(bytes: Uint8Array): Promise<Session> }
  readonly Tensor: new (type: string, data: ArrayLike<number>, dims: readonly number[]) => { data: Float32Array; dims: number[] }
}
interface Session {
  readonly outputNames: readonly string[]
  run(feeds: object): Promise<Record<string, { data: Float32Array; dims: number[] }>>
}

const codes = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32')
const image = (n: number) => tf.randomNormal([2, 6, 6, n], 0, 1, 'float32', 3)

/** No weight is 0 or 1, so that none can be left behind unseen. */
function stir(net: LayersModel): LayersModel {
  tf.tidy(() =>
    net.setWeights(net.getWeights().map((w, i) => tf.add(tf.abs(tf.randomNormal(w.shape, 0, 1, 'float32', i + 1)), 0.1))),
  )
  return net
}

function branches(): LayersModel {
  const x = input({ shape: [6, 6, 2], name: 'image' })
  const ways = [
    layers.maxPooling2d({ poolSize: 2 }),
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 1, activation: 'tanh' }),
  ].map(layer => layer.apply(x) as SymbolicTensor)
  const joined = layers
    .concatenate()
    .apply([layers.add().apply(ways.slice(0, 2)), layers.multiply().apply(ways.slice(2))] as SymbolicTensor[])
  const flat = layers.flatten().apply(layers.leakyReLU({ alpha: 0.2 }).apply(joined as SymbolicTensor) as SymbolicTensor)
  return model({
    inputs: x,
    outputs: layers.dense({ units: 3, activation: 'softmax', name: 'kind' }).apply(flat) as SymbolicTensor,
  })
}

function backwards(): LayersModel {
  const how = [[3, 2, 'same'], [2, 3, 'same'], [4, 3, 'same'], [3, 2, 'valid'], [2, 3, 'valid']] as const // biome-ignore format: a table
  const conv = ([kernelSize, strides, padding]: (typeof how)[number]) =>
    layers.conv2dTranspose({ filters: 2, kernelSize, strides, padding })
  const x = input({ shape: [6, 6, 2], name: 'image' })
  const flat = how.map(
    each => layers.globalAveragePooling2d({}).apply(layers.reLU({}).apply(conv(each).apply(x))) as SymbolicTensor,
  )
  return model({ inputs: x, outputs: layers.concatenate().apply(flat) as SymbolicTensor })
}

function transformer(): LayersModel {
  const tokens = input({ shape: [null], name: 'tokens', dtype: 'int32' })
  const path = [
    new PositionalEmbedding({ inputDim: 9, outputDim: 4, sequenceLength: 6 }),
    ...['gelu', 'gelu_new'].map((activation, i) => {
      const how = { activation: activation as 'gelu', normalizeFirst: i === 0, useCausalMask: i === 0 }
      return new TransformerBlock({ intermediateDim: 5, numHeads: 2, dropout: 0.1, ...how })
    }),
    layers.layerNormalization({ epsilon: 1e-5 }),
  ]
  const outputs = path.reduce((x, layer) => layer.apply(x) as SymbolicTensor, tokens as SymbolicTensor)
  return model({ inputs: tokens, outputs })
}

const visible = () =>
  tf.tensor(
    Array.from({ length: 2 * 12 * 5 }, (_, i) => Number(i % 3 > 0 && i > 4)),
    [2, 12, 5],
  )

function crossing(): LayersModel {
  const [x, memory, shown] = [
    input({ shape: [12, 9], name: 'x' }),
    input({ shape: [5, 4], name: 'memory' }),
    input({ shape: [12, 5], name: 'shown' }),
  ]
  const found = new MultiHeadAttention({ numHeads: 3, keyDim: 2, valueDim: 1, useBias: false }).apply([x, memory, memory, shown])
  const block = new TransformerBlock({ intermediateDim: 5, numHeads: 3 }).apply([found as SymbolicTensor, memory])
  return model({ inputs: [x, memory, shown], outputs: block as SymbolicTensor })
}

const cases: [string, () => LayersModel, () => tf.Tensor[]][] = [
  ['convolutions', () => simple_cnn([3, 4, 2], { bn: true }), () => [image(3)]],
  ['a residual network', () => resnet18({ n_out: 3, n_in: 2, width: 2 }), () => [tf.randomNormal([2, 33, 38, 2], 0, 1, 'float32', 3)]],
  ['a short one', () => resnet9({ n_out: 3, n_in: 2, width: 2 }), () => [tf.randomNormal([2, 9, 12, 2], 0, 1, 'float32', 3)]],
  ['a U-Net', () => unet({ n_out: 3, n_in: 2, width: 2, depth: 2 }), () => [tf.randomNormal([2, 12, 8, 2], 0, 1, 'float32', 3)]],
  ['a U-Net that repeats', () => unet({ n_out: 3, n_in: 2, width: 2, depth: 1, up: 'repeat' }), () => [image(2)]],
  ['convolutions backwards', backwards, () => [image(2)]],
  ['a multilayer perceptron', () => mlp([4, 8, 3], { bn: true, ps: 0.5 }), () => [tf.randomNormal([3, 4], 0, 1, 'float32', 2)]],
  [
    'a tabular model',
    () => tabular_model({ emb_szs: [[4, 2], [3, 1], [5, 2]], n_cont: 2, out_sz: 2, layers: [5], ps: 0.5, y_range: [-1, 3] }),
    () => [codes([[3, 0, 4], [1, 2, 0]]), tf.tensor2d([[0.5, -1], [2, 3]])],
  ],
  [
    'a tabular model of several outputs',
    () => tabular_model({ emb_szs: [[4, 2]], n_cont: 2, out_sz: { age: 1, kind: 3 }, layers: [5], y_range: { age: [0, 90] } }),
    () => [codes([[3], [1]]), tf.tensor2d([[0.5, -1], [2, 3]])],
  ],
  [
    'ratings',
    () => sequential({ layers: [new EmbeddingDotBias({ n_users: 3, n_items: 4, n_factors: 2, inputShape: [2] }), new SigmoidRange({ low: 0, high: 5 })] }),
    () => [tf.tensor2d([[2, 3], [0, 1]])],
  ],
  [
    'a classifier of texts',
    () => text_classifier({ vocab_sz: 9, out_sz: 2, emb_sz: 3, n_hid: 4, kernelSizes: [2, 3] }),
    () => [codes([[2, 5, 7, 1, 1], [2, 8, 3, 4, 6]])],
  ],
  ['blocks of attention', transformer, () => [codes([[2, 5, 7, 1], [0, 8, 3, 4]])]],
  ['attention to another input', crossing, () => [image(3).reshape([2, 12, 9]), tf.randomNormal([2, 5, 4], 0, 1, 'float32', 4), visible()]],
  ['pooling, joining and other activations', branches, () => [image(2)]],
  ['a model within a model', () => sequential({ layers: [simple_cnn([1, 4, 3]), layers.dense({ units: 2, activation: 'swish' })] }), () => [image(1)]],
] // biome-ignore format: a table

/** Targets of any kind: what is trained on says what outputs stand for, and no more. */
const partsOf = (net: LayersModel, loss = 'mse') => {
  const one = DataBunch.from_arrays({ x: new Float32Array(4), y: new Float32Array([0, 1, 0, 1]), bs: 2 })
  const data = net.outputs.length === 1 ? one : ({ target: 'none' } as DataBunch)
  return { data, model: net, loss_func: Object.assign(() => tf.scalar(0), { [loss]: true }) as never }
}

describe.skipIf(missing)(`ONNX as its runtime reads it${missing ? `, left out: ${missing}` : ''}`, () => {
  let ort: Runtime
  beforeAll(() => {
    ort = createRequire(`${folder}/package.json`)('onnxruntime-web')
  })

  it.each(cases)('answers alike: %s', async (_, make, inputs) => {
    const net = stir(make())
    const session = await ort.InferenceSession.create(onnxOf(partsOf(net)))
    const xs = inputs()
    const names = net.inputs.map(({ sourceLayer }) => sourceLayer.name)
    const feeds = Object.fromEntries(xs.map((x, i) => [names[i]!, new ort.Tensor(x.dtype, x.dataSync(), x.shape)]))
    const all = await session.run(feeds)
    for (const [o, wanted] of [net.predict(xs)].flat().entries()) {
      const got = all[session.outputNames[o]!]!
      expect(got.dims).toEqual(wanted.shape)
      const values = wanted.dataSync()
      for (const [i, value] of got.data.entries())
        expect(Math.abs(value - values[i]!)).toBeLessThan(1e-5 * Math.max(1, Math.abs(values[i]!)))
    }
  })

  it('has the names of the model, and probabilities for logits', async () => {
    const data = DataBunch.from_arrays({ x: { page: [[1, 2], [3, 4]] }, y: Int32Array.of(0, 1), bs: 2, classes: ['no', 'yes'] }) // biome-ignore format: a table
    const page = input({ shape: [2], name: 'page' })
    const net = model({ inputs: page, outputs: layers.dense({ units: 2, name: 'kind' }).apply(page) as SymbolicTensor })
    const learn = new Learner(data, net, { progress: false, log: false })
    const session = await ort.InferenceSession.create(onnxOf(learn))
    expect(session.outputNames).toEqual(['kind'])
    const { kind } = await session.run({ page: new ort.Tensor('float32', Float32Array.of(1, 2), [1, 2]) })
    const wanted = [...(learn.predict([[1, 2]]) as tf.Tensor).dataSync()]
    expect([...kind!.data]).toEqual(wanted.map(each => expect.closeTo(each, 5)))
  })
})

it('refuses what has no operator, by its name', () => {
  const lstm = sequential({ layers: [layers.lstm({ units: 2, inputShape: [3, 1], name: 'memory' })] })
  const before = tf.memory().numTensors
  expect(() => onnxOf(partsOf(lstm))).toThrow('The layer memory is a LSTM, which cannot be written as ONNX; there are')
  expect(tf.memory().numTensors).toBe(before)
})

it('refuses attention that masks decide, by its name', () => {
  const tokens = input({ shape: [3], dtype: 'int32' })
  const words = layers.embedding({ inputDim: 4, outputDim: 2, maskZero: true }).apply(tokens)
  const attention = new MultiHeadAttention({ numHeads: 1, keyDim: 2, name: 'look' }).apply(words)
  const net = model({ inputs: tokens, outputs: attention as SymbolicTensor })
  expect(() => onnxOf(partsOf(net))).toThrow(
    'The layer look (MultiHeadAttention) leaves out what an embedding with maskZero fills up',
  )
  expect(() => kerasOf(partsOf(net))).toThrow('The layer look is a MultiHeadAttention, which cannot be written for Keras')
})
