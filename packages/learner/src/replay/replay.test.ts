// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accelerate } from '../accelerate.js'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { ActivationStats, GradientStats, LeakGuard, Profiler } from '../inspect/index.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { label_smoothing_cross_entropy } from '../loss/cross-entropy-forms.js'
import { lossFunction } from '../loss/loss-function.js'
import { PositionalEmbedding } from '../model/attention/positional-embedding.js'
import { TransformerBlock } from '../model/attention/transformer-block.js'
import { unet } from '../model/image/unet.js'
import { parametersOf, weightsOf } from '../model/parameters.js'
import { simple_cnn } from '../model/simple-cnn.js'
import { tabular_model } from '../model/tabular-model.js'
import { text_classifier } from '../model/text-classifier.js'
import { adam, sgd } from '../optimizer/index.js'
import { BnFreeze, EMA, GradientAccumulation, GradientClip, MixUp, SWA } from '../technique/index.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { type Replay, setReplay } from './seam.js'
import { replay } from './steps.js'

beforeAll(async () => {
  await tf.setBackend('wasm')
  await accelerate()
})

/** Batches that were trained the usual way, and by running kernels again. */
let passed = 0
let again = 0
const counted: Replay = (learn, pass) => {
  const before = passed
  const gradients = replay(learn, () => {
    passed++
    return pass()
  })
  if (passed === before) again++
  return gradients
}

beforeEach(() => {
  passed = again = 0
})
afterEach(() => setReplay(replay))

interface Made {
  readonly data: DataBunch
  readonly model: LayersModel
  readonly options?: LearnerOptions
}

/** 22 samples to train on, in batches of 4: five and a smaller one. */
const train = 22

function numbers(shape: readonly number[], seed: number): Float32Array {
  const random = new Random(seed)
  return Float32Array.from({ length: train * tf.util.sizeFromShape([...shape]) }, () => random.normal())
}
const labels = (classes: number) => Int32Array.from({ length: train }, (_, i) => (7 * i + (i >> 2)) % classes)
const codes = (columns: number, most: number) => Int32Array.from({ length: train * columns }, (_, i) => (5 * i + (i >> 3)) % most)

type Arrays = Parameters<typeof DataBunch.from_arrays>[0]
const bunch = (given: Omit<Arrays, 'bs' | 'seed'>) =>
  DataBunch.from_arrays({ ...given, valid: { x: given.x, y: given.y }, bs: 4, seed: 3, drop_last: false } as Arrays)
const images = (channels = 3, classes = 2) =>
  bunch({ x: numbers([8, 8, channels], 1), y: labels(classes), shape: [8, 8, channels] })
const points = () => bunch({ x: numbers([5], 1), y: labels(3), shape: [5] })
const sequences = () => bunch({ x: numbers([3, 3], 1), y: labels(2), shape: [3, 3] })
const texts = () => bunch({ x: codes(6, 9), y: labels(2), shape: [6] })

const dense = (units: number, more: object = {}) => layers.dense({ units, ...more })
const stack = (...all: ReturnType<typeof layers.dense>[]) => sequential({ layers: all })

const mlp = () => stack(dense(8, { activation: 'relu', inputShape: [5] }), layers.batchNormalization() as never, dense(3))

/** Layers that draw, and one that does not. */
const dropping = () =>
  stack(
    ...[dense(8, { activation: 'relu', inputShape: [5] }), layers.dropout({ rate: 0.5 }) as never],
    ...[dense(6), layers.dropout({ rate: 0 }) as never, layers.dropout({ rate: 0.3 }) as never, dense(3)],
  )

function transformer(dropout: number): LayersModel {
  const tokens = layers.input({ shape: [6] })
  const x = new PositionalEmbedding({ inputDim: 9, outputDim: 4, sequenceLength: 6, maskZero: true }).apply(tokens)
  const y = new TransformerBlock({ intermediateDim: 6, numHeads: 2, dropout, useCausalMask: true }).apply(x)
  const outputs = dense(2).apply(layers.globalAveragePooling1d({}).apply(y)) as SymbolicTensor
  return model({ inputs: tokens, outputs })
}

function residual(): LayersModel {
  const image = layers.input({ shape: [8, 8, 3] })
  const block = (x: SymbolicTensor) => {
    const y = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }).apply(x)
    return layers.activation({ activation: 'relu' }).apply(layers.batchNormalization().apply(y)) as SymbolicTensor
  }
  const x = block(image)
  const joined = layers.add().apply([x, block(x)]) as SymbolicTensor
  const pooled = layers.maxPooling2d({ poolSize: 2 }).apply(joined)
  return model({ inputs: image, outputs: dense(2).apply(layers.flatten().apply(pooled)) as SymbolicTensor })
}

function twoHeads(): LayersModel {
  const a = layers.input({ shape: [3], name: 'a' })
  const b = layers.input({ shape: [2], name: 'b' })
  const x = dense(6, { activation: 'tanh' }).apply(layers.concatenate().apply([a, b]))
  const outputs = [dense(2, { name: 'kind' }), dense(1, { name: 'size' })].map(layer => layer.apply(x) as SymbolicTensor)
  return model({ inputs: [a, b], outputs })
}

const networks: Record<string, () => Made> = {
  'dense, with batch norm': () => ({ data: points(), model: mlp(), options: { optimizer: adam() } }),
  'smoothed labels, weighted': () => ({
    data: points(),
    model: mlp(),
    options: { loss: label_smoothing_cross_entropy({ eps: 0.2, weight: [1, 2, 3] }) },
  }),
  dropout: () => ({ data: points(), model: dropping() }),
  convolutions: () => ({ data: images(), model: simple_cnn([3, 4, 4, 2], { seed: 1 }) }),
  'convolutions with batch norm': () => ({ data: images(), model: simple_cnn([3, 4, 4, 2], { bn: true, seed: 1 }) }),
  residual: () => ({ data: images(), model: residual(), options: { optimizer: sgd({ mom: 0.9 }), wd: 0.1 } }),
  'depthwise and separable, batch norm without scale': () => ({
    data: images(),
    model: stack(
      layers.depthwiseConv2d({ kernelSize: 3, inputShape: [8, 8, 3] }) as never,
      layers.batchNormalization({ scale: false }) as never,
      layers.separableConv2d({ filters: 4, kernelSize: 3, activation: 'swish' }) as never,
      layers.globalAveragePooling2d({}) as never,
      dense(2),
    ),
  }),
  'transposed convolution and upsampling': () => ({
    data: images(),
    model: stack(
      layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, activation: 'relu', inputShape: [8, 8, 3] }) as never,
      layers.upSampling2d({ size: [2, 2] }) as never,
      layers.globalMaxPooling2d({}) as never,
      dense(2),
    ),
  }),
  'U-Net': () => ({
    data: bunch({ x: numbers([8, 8, 1], 1), y: numbers([8, 8, 1], 2).map(Math.abs), shape: [8, 8, 1], targetShape: [8, 8, 1] }),
    model: unet({ n_out: 1, n_in: 1, width: 4, depth: 2 }),
    options: { loss: 'mse' },
  }),
  'layer norm and GELU': () => ({
    data: points(),
    model: stack(dense(8, { activation: 'gelu', inputShape: [5] }), layers.layerNormalization() as never, dense(3)),
  }),
  LSTM: () => ({ data: sequences(), model: stack(layers.lstm({ units: 4, inputShape: [3, 3] }) as never, dense(2)) }),
  'GRU of embeddings, masked': () => ({
    data: texts(),
    model: stack(
      layers.embedding({ inputDim: 9, outputDim: 3, maskZero: true, inputLength: 6 }) as never,
      layers.gru({ units: 4 }) as never,
      dense(2),
    ),
  }),
  bidirectional: () => ({
    data: sequences(),
    model: stack(
      layers.bidirectional({
        layer: layers.simpleRNN({ units: 3 }) as never,
        mergeMode: 'concat',
        inputShape: [3, 3],
      } as never) as never,
      dense(2),
    ),
  }),
  texts: () => ({ data: texts(), model: text_classifier({ vocab_sz: 9, out_sz: 2, emb_sz: 4, n_hid: 4, ps: 0, embed_p: 0 }) }),
  transformer: () => ({ data: texts(), model: transformer(0) }),
  tables: () => ({
    data: bunch({
      x: { cats: codes(2, 4), conts: numbers([3], 4) } as never,
      y: labels(2),
      shape: { cats: [2], conts: [3] } as never,
    }),
    model: tabular_model({
      emb_szs: [
        [4, 3],
        [4, 2],
      ],
      n_cont: 3,
      out_sz: 2,
      layers: [8],
    }),
  }),
  'two inputs and two outputs': () => ({
    data: bunch({
      x: { a: numbers([3], 1), b: numbers([2], 2) } as never,
      y: { kind: labels(2), size: numbers([], 3) } as never,
      shape: { a: [3], b: [2] } as never,
    }),
    model: twoHeads(),
  }),
  'yes or no': () => ({
    data: bunch({ x: numbers([5], 1), y: labels(2), shape: [5] }),
    model: stack(dense(4, { activation: 'elu', inputShape: [5] }), dense(1, { activation: 'sigmoid' })),
  }),
  'regression, samples of weights': () => ({
    data: bunch({ x: numbers([5], 1), y: numbers([1], 2), weights: numbers([], 3).map(Math.abs), shape: [5] } as never),
    model: stack(dense(4, { activation: 'relu', inputShape: [5] }), dense(1)),
    options: { loss: 'mse' },
  }),
}

/** The same weights each time, whatever a layer draws. */
function fill(model: LayersModel): void {
  for (const [i, { variable }] of parametersOf(model).entries()) {
    const value = tf.tidy(() => tf.mul(tf.randomNormal(variable.shape, 0, 1, 'float32', i + 1), 0.3))
    variable.assign(value)
    value.dispose()
  }
}

interface Trained {
  readonly losses: readonly number[]
  readonly figures: readonly unknown[]
  readonly weights: readonly (readonly number[])[]
}

type Train = (learn: Learner) => Promise<unknown>

async function trained(
  make: () => Made,
  how: Replay | undefined,
  train: Train,
  callbacks: () => Callback<Learner>[] = () => [],
): Promise<Trained> {
  setReplay(how)
  const { data, model, options } = make()
  fill(model)
  const learn = new Learner(data, model, { progress: false, seed: 5, log: false, callbacks: callbacks(), ...options } as never)
  await train(learn)
  const { losses, epochs } = learn.recorder.history
  const weights = weightsOf(model).map(({ variable }) => [...variable.dataSync()])
  learn.dispose()
  model.dispose()
  return { losses, figures: epochs.map(({ time: _, ...row }) => row), weights }
}

const fit: Train = learn => learn.fit_one_cycle(2, 1e-2)

describe('trains to the same bits', () => {
  it.each(Object.keys(networks))('%s', async name => {
    const make = networks[name]!
    const before = tf.memory().numTensors
    const usual = await trained(make, undefined, fit)
    expect(usual.losses.length).toBe(12)
    expect(await trained(make, counted, fit)).toEqual(usual)
    // One batch of each size shows what is to be done.
    expect([passed, again]).toEqual([2, 10])
    expect(tf.memory().numTensors).toBe(before)
  })

  const freezing: Train = async learn => {
    const [first] = (learn.model as LayersModel).layers
    first!.trainable = false
    await learn.fit(1e-2, 1)
    first!.trainable = true
    await learn.fit(1e-3, 1)
  }
  const searching: Train = async learn => {
    await learn.lr_find({ num_it: 8 })
    await fit(learn)
  }
  const each = (work: (learn: Learner) => void): Callback<Learner> => ({ name: 'each', after_batch: work })

  it.each<[string, () => Callback<Learner>[], Train, expected: [passed: number, again: number]]>([
    ['accumulated gradients', () => [new GradientAccumulation({ n_acc: 8 })], fit, [2, 10]],
    ['clipped gradients', () => [new GradientClip({ max_norm: 0.5 })], fit, [2, 10]],
    ['averaged weights', () => [new EMA({ decay: 0.5 })], fit, [2, 10]],
    ['weights averaged over epochs', () => [new SWA({ swa_start: 1 })], fit, [2, 10]],
    ['gradients that are looked at', () => [new GradientStats({ every: 1 })], fit, [2, 10]],
    ['a look for leaks', () => [new LeakGuard()], fit, [12, 0]],
    ['mixed samples', () => [new MixUp()], fit, [12, 0]],
    ['activations that are looked at', () => [new ActivationStats({ every: 1 })], fit, [12, 0]],
    ['a profile', () => [new Profiler()], fit, [12, 0]],
    ['batch norm that stands still', () => [new BnFreeze()], fit, [2, 10]],
    ['frozen layers', () => [], freezing, [4, 8]],
    ['a search for the rate', () => [], searching, [2, 18]],
    [
      'a field of a layer that is changed',
      () => [
        each(
          ({ model, train_iter }) =>
            void (train_iter === 7 && Object.assign((model as LayersModel).layers[1]!, { momentum: 0.5 })),
        ),
      ],
      fit,
      [4, 8],
    ],
    [
      'a layer that is called otherwise for three batches',
      () => {
        const watch = (layer: { call?: unknown }, call: unknown) => (call ? Object.assign(layer, { call }) : delete layer.call)
        return [
          each(({ model, train_iter, training }) => {
            const layer = (model as LayersModel).layers[0]! as { call?: unknown }
            const { call } = Object.getPrototypeOf(layer) as { call: (this: unknown, ...args: unknown[]) => tf.Tensor }
            if (training && train_iter === 2) watch(layer, (...args: unknown[]) => tf.mul(call.apply(layer, args), 2))
            if (training && train_iter === 5) watch(layer, undefined)
          }),
        ]
      },
      fit,
      [7, 5],
    ],
  ])('%s', async (_, callbacks, train, expected) => {
    const make = networks['dense, with batch norm']!
    const usual = await trained(make, undefined, train, callbacks)
    expect(await trained(make, counted, train, callbacks)).toEqual(usual)
    expect([passed, again]).toEqual(expected)
  })
})

/** Counts in an object, which no field shows. */
class Softmax extends layers.Layer {
  static className = 'Softmax'
  readonly #n = { value: 0 }
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([x].flat()[0]!, 1 + ++this.#n.value / 50)
  }
}
tf.serialization.registerClass(Softmax)

describe('runs nothing again', () => {
  const layer = () => new Counting({ inputShape: [5] } as never) as never
  it.each<[string, () => LayersModel, LearnerOptions & { data?: DataBunch }]>([
    [
      "of a loss of one's own",
      mlp,
      {
        loss: lossFunction('mine', (pred, y) =>
          tf.neg(tf.sum(tf.mul(tf.logSoftmax(pred), tf.oneHot(tf.cast(y, 'int32'), 3)), -1)),
        ),
      },
    ],
    ["of a layer of one's own", () => stack(layer(), dense(3)), {}],
    [
      'of one that has the name of a layer of TensorFlow.js',
      () => stack(dense(4, { inputShape: [5] }), new Softmax() as never, dense(3)),
      {},
    ],
    [
      'of layers that draw by seeds of their own',
      () => stack(dense(4, { inputShape: [5] }), layers.dropout({ rate: 0.5, seed: 4 }) as never, dense(3)),
      {},
    ],
    ['of attention with dropout', () => transformer(0.1), { data: texts() }],
    ['of penalties', () => stack(dense(3, { inputShape: [5], kernelRegularizer: 'l1l2' })), {}],
  ])('%s', async (_, model, options) => {
    const { data = points(), ...rest } = options
    const make = () => ({ data, model: model(), options: rest })
    const usual = await trained(make, undefined, fit)
    expect(await trained(make, counted, fit)).toEqual(usual)
    expect([passed, again]).toEqual([12, 0])
  })
})

/** A layer that counts its calls. */
class Counting extends layers.Layer {
  static readonly className = 'Counting'
  #calls = 0
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, ++this.#calls)
  }
}

describe('what goes wrong', () => {
  const broken = async (how: Replay | undefined, spoil: (learn: Learner) => void) => {
    setReplay(how)
    const model = mlp()
    fill(model)
    const learn = new Learner(points(), model, { progress: false, seed: 5, log: false })
    const before = tf.memory().numTensors
    const spoiling: Callback<Learner> = { name: 'spoiling', before_batch: learn => void (learn.train_iter === 4 && spoil(learn)) }
    const error = await learn.fit(1e-2, 1, { callbacks: [spoiling] }).catch(error => error as Error)
    const left = tf.memory().numTensors - before
    learn.dispose()
    model.dispose()
    return { message: (error as Error).message, name: (error as Error).name, left }
  }

  it.each<[string, (learn: Learner) => void, RegExp]>([
    [
      'a label that is no class',
      learn => Object.assign(learn, { yb: tf.tensor1d([0, 1, 7, 2], 'int32') }),
      /the label 7 \(sample 2/,
    ],
    ['a batch that is not finite', learn => Object.assign(learn, { xb: tf.fill([4, 5], Number.NaN) }), /became NaN/],
    ['an input that is disposed', learn => (learn.xb as tf.Tensor).dispose(), /disposed|undefined/],
  ])('is told as ever: %s', async (_, spoil, message) => {
    const usual = await broken(undefined, spoil)
    expect(usual.message).toMatch(message)
    expect(await broken(counted, spoil)).toEqual(usual)
    expect(again).toBeGreaterThan(2)
  })

  it.each(['convolutions with batch norm', 'dropout'])('is tried the usual way: memory that is full, %s', async name => {
    const { wasm } = tf.backend() as unknown as { wasm: { _malloc(bytes: number): number } }
    const allocate = wasm._malloc
    let calls = 0
    const full: Replay = (learn, pass) => {
      const before = passed
      wasm._malloc = bytes => {
        if (passed === before && [40, 99].includes(++calls)) throw new Error('full')
        return allocate(bytes)
      }
      try {
        return counted(learn, pass)
      } finally {
        wasm._malloc = allocate
      }
    }
    const make = networks[name]!
    const usual = await trained(make, undefined, fit)
    const tensors = tf.memory().numTensors
    expect(await trained(make, full, fit)).toEqual(usual)
    expect(passed).toBeGreaterThan(2)
    expect(again).toBeGreaterThan(0)
    expect(tf.memory().numTensors).toBe(tensors)
  })
})

it('goes on from a checkpoint to the same bits', async () => {
  const dir = await temporaryFolder()
  const whole = await trained(networks['residual']!, undefined, learn => learn.fit(1e-2, 2))
  const stopped = new AbortController()
  const stop: Callback<Learner> = {
    name: 'stop',
    after_batch: ({ train_iter }) => void (train_iter === 8 && stopped.abort(new Error('stop'))),
  }
  const save = () => new Checkpoint({ dir, every: { batches: 1 } })
  await trained(networks['residual']!, counted, learn =>
    learn.fit(1e-2, 2, { callbacks: [save(), stop], signal: stopped.signal }).catch(() => {}),
  )
  const resumed = await trained(networks['residual']!, counted, learn => learn.fit(1e-2, 2, { resume: dir, callbacks: [save()] }))
  expect(resumed).toEqual(whole)
  expect(again).toBe(8)
})

it('keeps memory flat', async () => {
  const { model, data } = networks['convolutions with batch norm']!()
  const learn = new Learner(data, model, { progress: false, seed: 5, log: false })
  const backend = tf.backend() as unknown as { numDataIds(): number }
  const counts = new Set<string>()
  const count = ({ training, iter }: Learner) => {
    if (training && iter === 3) counts.add(`${tf.memory().numTensors} ${tf.memory().numBytes} ${backend.numDataIds()}`)
  }
  await learn.fit(1e-3, 20, { callbacks: [{ name: 'count', after_batch: count }] })
  expect([...counts].length).toBe(1)
  learn.dispose()
  model.dispose()
})
