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
import { GRU } from '../../model/recurrent/gru.js'
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

/** No weight is 0 or 1, so that none can be left behind unseen, and none so large that gates are all open. */
function stir(net: LayersModel): LayersModel {
  tf.tidy(() => {
    const drawn = net.weights.map(({ name, shape }, i) => {
      const values = tf.randomNormal(shape as number[], 0, 0.7, 'float32', i + 1)
      return name.includes('variance') ? tf.add(tf.abs(values), 0.1) : values
    })
    net.setWeights(drawn)
  })
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

type Sequence = Partial<Parameters<typeof layers.lstm>[0]>

/** Recurrent layers of each kind, side by side, each way, of steps of which some may not count. */
function recurrent(more: Sequence, maskZero = false): LayersModel {
  const tokens = input({ shape: [null], name: 'tokens', dtype: 'int32' })
  const table = layers.embedding({ inputDim: 9, outputDim: 3, maskZero }).apply(tokens) as SymbolicTensor
  const words = layers.dense({ units: 3 }).apply(layers.dropout({ rate: 0.2 }).apply(table)) as SymbolicTensor
  // TensorFlow.js writes into what it is given.
  const how = () => ({ units: 4, ...more }) as Parameters<typeof layers.lstm>[0]
  const each = [
    layers.lstm(how()),
    layers.gru(how()),
    layers.simpleRNN(how()),
    new GRU({ ...how(), recurrentActivation: 'sigmoid' }),
  ] as layers.RNN[]
  const ways = each.flatMap(layer => {
    const copy = () => tf.serialization.SerializationMap.getMap().classNameMap[layer.getClassName()]!
    const again = copy()[1](copy()[0], { ...layer.getConfig(), name: `${layer.name}_again` }) as unknown as layers.RNN
    const both = layers.bidirectional({ layer: again, mergeMode: more.returnState ? 'sum' : 'concat' })
    return [layer.apply(words), both.apply(words)] as (SymbolicTensor | SymbolicTensor[])[]
  })
  // Outputs go by the names of their layers.
  const outputs = ways.flat().map(y => layers.activation({ activation: 'linear' }).apply(y) as SymbolicTensor)
  return model({ inputs: tokens, outputs })
}

/** Its classes by two layers that go from step to step. */
function tagger(): LayersModel {
  return sequential({
    layers: [
      layers.embedding({ inputDim: 9, outputDim: 3, inputLength: 5, maskZero: true }),
      layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'relu' }) }),
      layers.bidirectional({ layer: new GRU({ units: 2, returnSequences: true }), mergeMode: 'concat' }),
      layers.timeDistributed({ layer: layers.activation({ activation: 'tanh' }) }),
    ],
  })
}

/** The first has no step that counts, and the others have holes. */
const holes = (dtype: 'int32' | 'float32' = 'int32') =>
  tf.tensor2d([[0, 0, 0, 0, 0], [0, 2, 0, 5, 0], [3, 1, 0, 0, 0], [4, 5, 6, 7, 8]], undefined, dtype) // biome-ignore format: a table

/** A layer that begins with the states of another one: only the last may, or TensorFlow.js gives them to those behind it, too. */
function continued(bothWays: boolean): LayersModel {
  const [x, z] = [input({ shape: [4, 3], name: 'x' }), input({ shape: [2, 3], name: 'z' })]
  const both = layers.bidirectional({ layer: layers.lstm({ units: 2, returnState: true }) as never, mergeMode: 'concat' })
  const [, ...states] = both.apply(x) as SymbolicTensor[]
  const masked = layers.masking({ maskValue: 0 }).apply(z) as SymbolicTensor
  const outputs = bothWays
    ? layers
        .bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) as never, mergeMode: 'mul' })
        .apply([masked, ...states])
    : layers.gru({ units: 2, returnSequences: true, useBias: false, goBackwards: true }).apply([masked, states[0]!])
  return model({ inputs: [x, z], outputs: outputs as SymbolicTensor })
}
/** Outputs that are of one layer, which has one name. */
function statesOut(): LayersModel {
  const x = input({ shape: [5, 3], name: 'x' })
  const read = layers.lstm({ units: 2, returnSequences: true, returnState: true }).apply(x) as SymbolicTensor[]
  const dense = layers.dense({ units: 2 })
  return model({ inputs: x, outputs: [...read, ...read.slice(1).map(state => dense.apply(state) as SymbolicTensor)] })
}
const twoTexts = () => [
  tf.randomNormal([2, 4, 3], 0, 1, 'float32', 3),
  tf.tensor3d([[[0, 0, 0], [1, 0, 2]], [[0, 0, 0], [0, 0, 0]]]),
] // biome-ignore format: a table

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
  ['recurrent layers', () => recurrent({}), () => [holes()]],
  ['all their steps', () => recurrent({ returnSequences: true, useBias: false }), () => [holes()]],
  ['backwards, with states', () => recurrent({ returnSequences: true, returnState: true, goBackwards: true }), () => [holes()]],
  ['other activations', () => recurrent({ activation: 'linear', recurrentActivation: 'hardSigmoid' }), () => [holes()]],
  ['steps that do not count', () => recurrent({}, true), () => [holes()]],
  ['all steps, of which some do not count', () => recurrent({ returnSequences: true, returnState: true }, true), () => [holes()]],
  ['backwards, where some do not count', () => recurrent({ returnSequences: true, goBackwards: true }, true), () => [holes()]],
  ['steps that do not count, as 0', () => recurrent({ returnSequences: true, goBackwards: true, zeroOutputForMask: true } as Sequence, true), () => [holes()]],
  ['states that another layer gives', () => continued(false), twoTexts],
  ['states that another layer gives, both ways', () => continued(true), twoTexts],
  ['outputs of one layer', statesOut, () => [tf.randomNormal([2, 5, 3], 0, 1, 'float32', 3)]],
  ['classes of each step', tagger, () => [holes('float32')]],
  [
    'a classifier that reads',
    () => text_classifier({ vocab_sz: 9, out_sz: 2, emb_sz: 3, n_hid: 4, arch: 'gru', n_layers: 2 }),
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
  const [x, batch] = [input({ shape: [3, 1] }), input({ batchShape: [2, 3, 1] })]
  const refused: [string, SymbolicTensor, string][] = [
    ['a layer', layers.rnn({ cell: layers.gruCell({ units: 2 }), name: 'memory' }).apply(x) as SymbolicTensor, 'The layer memory is a RNN, which cannot be written as ONNX; there are'],
    ['an activation', layers.lstm({ units: 2, activation: 'swish', name: 'smooth' }).apply(x) as SymbolicTensor, 'The layer smooth has the activation swish, which recurrent layers of ONNX have not; there are tanh, '],
    ['a memory', layers.gru({ units: 2, stateful: true, name: 'goes_on' }).apply(batch) as SymbolicTensor, 'The layer goes_on remembers its state from batch to batch (stateful)'],
    ['a step of more', layers.timeDistributed({ layer: layers.flatten(), name: 'flat' }).apply(x) as SymbolicTensor, 'flat does for each step what a Flatten does, which cannot be written as ONNX; there are Dense, '],
    ['a mask of several', layers.lstm({ units: 2 }).apply(layers.add({ name: 'joined' }).apply([layers.masking({}).apply(x) as SymbolicTensor, x]) as SymbolicTensor) as SymbolicTensor, 'The layer joined has several inputs of which one has steps that do not count'],
  ] // biome-ignore format: a table
  for (const [what, outputs, message] of refused) {
    const net = model({ inputs: what === 'a memory' ? batch : x, outputs })
    const before = tf.memory().numTensors
    expect(() => onnxOf(partsOf(net)), what).toThrow(message)
    expect(tf.memory().numTensors).toBe(before)
  }
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
