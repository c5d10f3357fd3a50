import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { Learner, type LearnerOptions } from '../learner.js'
import { label_smoothing_cross_entropy } from '../loss/cross-entropy-forms.js'
import { PositionalEmbedding } from '../model/attention/positional-embedding.js'
import { TransformerBlock } from '../model/attention/transformer-block.js'
import { unet } from '../model/image/unet.js'
import { parametersOf, weightsOf } from '../model/parameters.js'
import { simple_cnn } from '../model/simple-cnn.js'
import { tabular_model } from '../model/tabular-model.js'
import { text_classifier } from '../model/text-classifier.js'
import { adam, sgd } from '../optimizer/index.js'
import { type Replay, setReplay } from '../replay/seam.js'
import { replay } from '../replay/steps.js'

/** What is trained. */
export interface Made {
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
export const points = () => bunch({ x: numbers([5], 1), y: labels(3), shape: [5] })
const sequences = () => bunch({ x: numbers([3, 3], 1), y: labels(2), shape: [3, 3] })
export const texts = () => bunch({ x: codes(6, 9), y: labels(2), shape: [6] })

export const dense = (units: number, more: object = {}) => layers.dense({ units, ...more })
export const stack = (...all: ReturnType<typeof layers.dense>[]) => sequential({ layers: all })

export const mlp = () => stack(dense(8, { activation: 'relu', inputShape: [5] }), layers.batchNormalization() as never, dense(3))

/** Layers that draw, and one that does not. */
const dropping = () =>
  stack(
    ...[dense(8, { activation: 'relu', inputShape: [5] }), layers.dropout({ rate: 0.5 }) as never],
    ...[dense(6), layers.dropout({ rate: 0 }) as never, layers.dropout({ rate: 0.3 }) as never, dense(3)],
  )

export function transformer(dropout: number): LayersModel {
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

/** By what is in them. */
export const networks: Record<string, () => Made> = {
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
export function fill(model: LayersModel): void {
  for (const [i, { variable }] of parametersOf(model).entries()) {
    const value = tf.tidy(() => tf.mul(tf.randomNormal(variable.shape, 0, 1, 'float32', i + 1), 0.3))
    variable.assign(value)
    value.dispose()
  }
}

/** What came of it. */
export interface Trained {
  readonly losses: readonly number[]
  readonly figures: readonly unknown[]
  readonly weights: readonly (readonly number[])[]
}

export type Train = (learn: Learner) => Promise<unknown>

/** Trains with these steps run again, or with none; and gives bits to compare. */
export async function trained(
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

export const fit: Train = learn => learn.fit_one_cycle(2, 1e-2)

/** Batches that were trained the usual way, and by running a step again. */
export let passed = 0
export let again = 0
export const counted: Replay = (learn, pass) => {
  const before = passed
  const gradients = replay(learn, () => {
    passed++
    return pass()
  })
  if (passed === before) again++
  return gradients
}

export function resetCounts(): void {
  passed = again = 0
}
