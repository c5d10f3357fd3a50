import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { input, type LayersModel, layers, loadLayersModel, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../../learner.js'
import { EmbeddingDotBias } from '../../model/embedding-dot-bias.js'
import { resnet18 } from '../../model/image/resnet.js'
import { unet } from '../../model/image/unet.js'
import { mlp } from '../../model/mlp.js'
import { GRU } from '../../model/recurrent/gru.js'
import { SigmoidRange } from '../../model/sigmoid-range.js'
import { simple_cnn } from '../../model/simple-cnn.js'
import { tabular_model } from '../../model/tabular-model.js'
import { text_classifier } from '../../model/text-classifier.js'
import { findPython } from '../../testing/python.js'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { useCpu } from '../../testing/tiny.js'
import { kerasOf } from './export-keras.js'
import { type HdfArray, type HdfGroup, hdf5 } from './hdf5.js'
import { zip } from './zip.js'

beforeAll(useCpu)

const codes = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32')
const noise = (...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 3)

/** No weight is 0 or 1, so that none can be left behind unseen. */
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

/** Layers of one class side by side, and one that is applied twice. */
function branches(): LayersModel {
  const x = input({ shape: [6, 6, 2], name: 'image' })
  const conv = layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'elu' })
  const through = (...path: { apply(x: SymbolicTensor): unknown }[]) =>
    path.reduce((each, layer) => layer.apply(each) as SymbolicTensor, x as SymbolicTensor)
  const half = () => layers.maxPooling2d({ poolSize: 2 })
  const ways = [
    through(half(), layers.conv2d({ filters: 2, kernelSize: 1 })),
    through(conv, layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
    through(
      conv,
      conv,
      layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 1, activation: 'tanh' }),
    ),
    through(layers.separableConv2d({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }), layers.leakyReLU({ alpha: 0.3 })),
    through(layers.conv2d({ filters: 2, kernelSize: 2, strides: 2 }), layers.prelu({ sharedAxes: [1, 2] })),
  ]
  const joined = layers.concatenate().apply([layers.add().apply(ways.slice(0, 2)), ...ways.slice(2)] as SymbolicTensor[])
  const wide = layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 }).apply(joined as SymbolicTensor) as SymbolicTensor
  const up = layers.upSampling2d({ size: [2, 2] }).apply(joined as SymbolicTensor) as SymbolicTensor
  const flat = [wide, up].map(each => layers.globalAveragePooling2d({}).apply(each) as SymbolicTensor)
  const head = layers.dense({ units: 3, activation: 'softmax', name: 'kind' })
  return model({
    inputs: x,
    outputs: head.apply(
      layers.layerNormalization().apply(layers.concatenate().apply(flat) as SymbolicTensor) as SymbolicTensor,
    ) as SymbolicTensor,
  })
}

function text(): LayersModel {
  return sequential({
    layers: [
      layers.embedding({ inputDim: 7, outputDim: 3, inputLength: 5 }),
      layers.conv1d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'swish' }),
      layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true }) as never, mergeMode: 'concat' }),
      layers.timeDistributed({ layer: layers.dense({ units: 4, activation: 'relu' }) }),
      layers.lstm({ units: 3, returnSequences: true, goBackwards: true }),
      layers.gru({ units: 2, recurrentActivation: 'sigmoid', returnSequences: true }),
      layers.simpleRNN({ units: 2, returnSequences: true }),
      layers.bidirectional({ layer: new GRU({ units: 3, returnSequences: true }), mergeMode: 'sum' }),
      new GRU({ units: 3, recurrentActivation: 'hardSigmoid', returnSequences: true }),
      layers.globalMaxPooling1d({}),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 2, activation: 'gelu' as never }),
    ],
  })
}

/** A model within a model, in two places, and at the end. */
function nested(): LayersModel {
  const [a, b] = [input({ shape: [6, 6, 1] }), input({ shape: [6, 6, 1] })]
  const body = simple_cnn([1, 4, 3], { bn: true })
  const sum = layers.add().apply([body.apply(a), body.apply(b)] as SymbolicTensor[]) as SymbolicTensor
  return model({ inputs: [a, b], outputs: mlp([3, 4, 2]).apply(sum) as SymbolicTensor })
}

const cases: [string, () => LayersModel, () => tf.Tensor[]][] = [
  ['convolutions', () => simple_cnn([3, 4, 2], { bn: true }), () => [noise(2, 6, 6, 3)]],
  ['a multilayer perceptron', () => mlp([4, 8, 3], { bn: true, ps: 0.5 }), () => [noise(3, 4)]],
  [
    'a tabular model',
    () => tabular_model({ emb_szs: [[4, 2], [3, 1], [5, 2]], n_cont: 2, out_sz: 2, layers: [5], ps: 0.5, embed_p: 0.3, y_range: [-1, 3] }),
    () => [codes([[3, 0, 4], [1, 2, 0]]), tf.tensor2d([[0.5, -1], [2, 3]])],
  ],
  [
    'ratings',
    () => sequential({ layers: [new EmbeddingDotBias({ n_users: 3, n_items: 4, n_factors: 2, inputShape: [2] }), new SigmoidRange({ low: 0, high: 5 })] }),
    () => [tf.tensor2d([[2, 3], [0, 1]])],
  ],
  ['ways that part and meet', branches, () => [noise(2, 6, 6, 2)]],
  ['a text', text, () => [tf.tensor2d([[1, 2, 3, 4, 5], [6, 0, 1, 0, 2]])]],
  ['a residual network', () => resnet18({ n_out: 3, n_in: 2, width: 2 }), () => [noise(2, 33, 38, 2)]],
  ['a U-Net', () => unet({ n_out: 3, n_in: 2, width: 2, depth: 2 }), () => [noise(2, 12, 8, 2)]],
  [
    'a classifier of texts',
    () => text_classifier({ vocab_sz: 9, out_sz: 2, emb_sz: 3, n_hid: 4, kernelSizes: [2, 3] }),
    () => [codes([[2, 5, 7, 1, 1], [2, 8, 3, 4, 6]])],
  ],
  [
    'one that reads',
    () => text_classifier({ vocab_sz: 9, out_sz: 2, emb_sz: 3, n_hid: 4, arch: 'gru' }),
    () => [codes([[2, 5, 7, 1, 1], [2, 8, 3, 4, 6]])],
  ],
  ['models within a model', nested, () => [noise(2, 6, 6, 1), tf.neg(noise(2, 6, 6, 1))]],
] // biome-ignore format: a table

/** What is trained on says what outputs stand for, and no more. */
const partsOf = (net: LayersModel) => {
  const data = DataBunch.from_arrays({ x: new Float32Array(4), y: new Float32Array([0, 1, 0, 1]), bs: 2 })
  return { data, model: net, loss_func: (() => tf.scalar(0)) as never }
}

const keras = findPython('keras')
const python = findPython('python')

/** What models answer to the inputs that lie beside them. */
const predict = `
import json, sys, numpy as np, keras
def answer(path):
    inputs = [np.array(each['values'], dtype=each['dtype']).reshape(each['shape']) for each in json.load(open(path + '.json'))]
    y = keras.models.load_model(path).predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    return [list(y.shape), y.ravel().tolist()]
print(json.dumps([answer(path) for path in sys.argv[1:]]))
`

describe.skipIf(keras.missing)(`what Keras answers${keras.missing ? ` left out: ${keras.missing}` : ''}`, () => {
  it(`is what models answer here: ${cases.map(([name]) => name).join(', ')}`, async () => {
    const folder = await temporaryFolder()
    const wanted = cases.map(([_, make, inputs], i) => {
      const net = stir(make())
      const [path, xs] = [join(folder, `${i}.keras`), inputs()]
      writeFileSync(path, kerasOf(partsOf(net)))
      writeFileSync(`${path}.json`, JSON.stringify(xs.map(x => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] })))) // biome-ignore format: one call
      const y = net.predict(xs) as tf.Tensor
      return { path, shape: y.shape, values: [...y.dataSync()] }
    })
    const got: [number[], number[]][] = await keras.run(predict, wanted.map(({ path }) => path), { KERAS_BACKEND: 'numpy' }) // biome-ignore format: one call
    for (const [i, [shape, values]] of got.entries()) {
      expect(shape).toEqual(wanted[i]!.shape)
      for (const [j, value] of values.entries())
        expect(Math.abs(value - wanted[i]!.values[j]!), `${cases[i]![0]}, figure ${j}`).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(value)),
        )
    }
  }, 120_000)
})

/** A model of Keras's, its weights, what goes in and what it answers. */
const read = `
import json, numpy as np, keras
from keras import layers
keras.utils.set_random_seed(3)
reader = layers.GRU(3, return_sequences=True, bias_initializer='glorot_normal')
model = keras.Sequential([
    keras.Input((5,), dtype='int32', name='x'), layers.Embedding(9, 3, mask_zero=True, embeddings_initializer='random_normal'),
    layers.Bidirectional(reader), layers.GRU(3, return_sequences=True), layers.GRU(2, go_backwards=True, bias_initializer='glorot_normal')])
model.set_weights([weight * 3 for weight in model.get_weights()])
x = np.array([[0, 2, 0, 5, 0], [3, 1, 4, 0, 0], [4, 5, 6, 7, 8]])
print(json.dumps([json.loads(model.to_json()), [each.tolist() for each in model.get_weights()], x.tolist(), model.predict(x, verbose=0).ravel().tolist()]))
`

it.skipIf(keras.missing)(
  `GRUs of Keras's, which reset after their product, answer here as there${keras.missing ? `, left out: ${keras.missing}` : ''}`,
  async () => {
    const [model_config, weights, x, wanted] = await keras.run(read, [], { KERAS_BACKEND: 'numpy' })
    // As the converter for TensorFlow.js writes it.
    const [{ config: first }] = model_config.config.layers
    first.batch_input_shape = first.batch_shape
    const topology = { keras_version: '3', backend: 'numpy', model_config }
    const net = await loadLayersModel(tf.io.fromMemory({ modelTopology: topology, format: 'layers-model' }))
    tf.tidy(() => {
      net.setWeights(weights.map((each: number[][]) => tf.tensor(each)))
      const got = [...(net.predict(tf.tensor2d(x, undefined, 'int32')) as tf.Tensor).dataSync()]
      expect(got).toEqual(wanted.map((value: number) => expect.closeTo(value, 5)))
    })
    net.dispose()
  },
  120_000,
)

/** All names, shapes and sums, and whether an archive is whole, by readers that Python has. */
const look = `
import h5py, io, json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
arrays = {}
def note(name, each):
    if isinstance(each, h5py.Dataset):
        arrays[name] = [str(each.dtype), list(each.shape), each[()].ravel().tolist()]
with h5py.File(io.BytesIO(archive.read('model.weights.h5'))) as file:
    file.visititems(note)
print(json.dumps([archive.testzip(), archive.namelist(), json.loads(archive.read('metadata.json')), arrays]))
`

describe.skipIf(python.missing)(
  `a file for Keras, as h5py reads it${python.missing ? `, left out: ${python.missing}` : ''}`,
  () => {
    it('has each weight where Keras looks for it', async () => {
      const folder = await temporaryFolder()
      const data = DataBunch.from_arrays({ x: [[1, 2], [3, 4]], y: Int32Array.of(0, 1), bs: 2, classes: ['no', 'yes'] }) // biome-ignore format: a table
      const learn = new Learner(data, mlp([2, 3, 3, 2], { bn: true }), { progress: false, log: false })
      const path = await learn.exportKeras(join(folder, 'churn'))
      expect(path).toBe(join(folder, 'churn.keras'))
      const [broken, names, metadata, arrays] = await python.run(look, [path])
      expect(broken).toBeNull()
      expect(names).toEqual(['metadata.json', 'config.json', 'model.weights.h5'])
      expect(metadata.onecycle.outputs).toMatchObject([{ target: 'class', classes: ['no', 'yes'] }])
      const own = (learn.model as LayersModel).layers.filter(each => each.weights.length > 0)
      const groups = ['dense', 'batch_normalization', 'dense_1', 'batch_normalization_1', 'dense_2']
      const wanted = own.flatMap((layer, i) =>
        layer.getWeights().map((w, j) => [`layers/${groups[i]}/vars/${j}`, ['float32', w.shape, [...w.dataSync()]]]),
      )
      expect(arrays).toEqual(Object.fromEntries(wanted))
    })

    it('may have names of any language, hundreds in a group, and arrays without sides or values', async () => {
      const values = (n: number) => Float32Array.from({ length: n }, (_, i) => i + 0.5)
      const many = new Map(Array.from({ length: 600 }, (_, i) => [`ß${i}`, { shape: [i % 2, 1], values: values(i % 2) }]))
      const file = hdf5(new Map<string, HdfGroup | HdfArray>([['many', many], ['one', { shape: [], values: values(1) }]])) // biome-ignore format: a table
      const path = join(await temporaryFolder(), 'a.zip')
      writeFileSync(path, zip({ 'metadata.json': new TextEncoder().encode('{}'), 'model.weights.h5': file }))
      const [broken, , , arrays] = await python.run(look, [path])
      expect(broken).toBeNull()
      expect(Object.keys(arrays)).toHaveLength(601)
      expect([arrays.one, arrays['many/ß7'], arrays['many/ß8']]).toEqual([
        ['float32', [], [0.5]],
        ['float32', [1, 1], [0.5]],
        ['float32', [0, 1], []],
      ])
    })
  },
)

it('writes one model as the same bytes each time, and leaves no tensor', () => {
  const net = stir(mlp([4, 8, 3], { bn: true }))
  const before = tf.memory().numTensors
  const [a, b] = [kerasOf(partsOf(net)), kerasOf(partsOf(net))]
  expect(b).toEqual(a)
  expect(tf.memory().numTensors).toBe(before)
})

describe('what cannot be written is refused by its name', () => {
  const single = (layer: { apply(x: SymbolicTensor): unknown }, shape = [3, 2]) => {
    const x = input({ shape })
    return model({ inputs: x, outputs: layer.apply(x) as SymbolicTensor })
  }
  it.each([
    ['a layer', () => single(layers.convLstm2d({ filters: 2, kernelSize: 1, name: 'film' }), [2, 3, 3, 1]), 'The layer film is a ConvLSTM2D, which cannot be written for Keras; there are Dense, '],
    ['an activation', () => single(layers.dense({ units: 2, activation: 'hardSigmoid', name: 'head' })), "The layer head has the activation 'hardSigmoid', which cannot be written for Keras; there are linear, "],
    ['channels first', () => single(layers.conv2d({ filters: 2, kernelSize: 1, dataFormat: 'channelsFirst', name: 'conv' }), [1, 3, 3]), 'The layer conv has its channels first'],
    ['a state that another layer gives', () => single({ apply: x => { const [y, h] = layers.gru({ units: 2, returnSequences: true, returnState: true }).apply(x) as SymbolicTensor[]; return layers.gru({ units: 2, name: 'memory' }).apply(y!, { initialState: [h] }) } }), 'The layer memory begins with a state that another one gives (initialState)'],
  ])('%s', (_, make, message) => {
    const net = make()
    const before = tf.memory().numTensors
    expect(() => kerasOf(partsOf(net))).toThrow(message)
    expect(tf.memory().numTensors).toBe(before)
  }) // biome-ignore format: a table
})
