import { useBackend } from '@onecycle/backend'
import { accelerateLayers, compiledVariant, threadsInUse, trainingKernels } from '@onecycle/backend/wasm'
import { GRU, MultiHeadAttention } from '@onecycle/learner'
// TensorFlow.js's own layers call methods of tensors.
import '@onecycle/learner/tensor-methods'
import * as tf from '@tensorflow/tfjs-core'
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'

/** What a page, a worker and Node are asked to do alike. */
export interface Task {
  prefer?: string
  threads?: number
  simd?: 'plain' | 'relaxed'
  /** Leave the start to TensorFlow.js. */
  stock?: boolean
  steps?: number
  network?: keyof typeof networks
}

export interface Answer {
  readonly line: string
  readonly backend: string
  readonly variant: string | undefined
  readonly threads: number
  readonly compiled: number
  readonly losses: readonly number[]
  readonly ms: number
}

/** Numbers from -1 to 1 that are the same everywhere: no function of the engine's own makes them. */
function numbers(size: number, seed: number): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
}

const networks = {
  convolutions: {
    make: () => [
      layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [16, 16, 3] }),
      layers.batchNormalization(),
      layers.conv2d({ filters: 32, kernelSize: 3, strides: 2, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    x: () => tf.tensor4d(numbers(32 * 16 * 16 * 3, 100), [32, 16, 16, 3]),
  },
  sequences: {
    make: () => [
      layers.embedding({ inputDim: 20, outputDim: 16, maskZero: true, inputLength: 12 }),
      layers.lstm({ units: 16, returnSequences: true }),
      new MultiHeadAttention({ numHeads: 2, keyDim: 8, useCausalMask: true }),
      layers.gru({ units: 16, returnSequences: true }),
      new GRU({ units: 16 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    x: () =>
      tf.tensor2d(
        Array.from(numbers(32 * 12, 100), x => Math.floor(10 * x + 10)),
        [32, 12],
        'int32',
      ),
  },
}

/** Trains a small network for a few steps, and returns the losses. */
export async function train({ stock = false, steps = 4, network = 'convolutions', ...choice }: Task): Promise<Answer> {
  const lines: string[] = []
  if (stock) await tf.setBackend(choice.prefer ?? 'wasm')
  else await useBackend({ ...choice, log: line => lines.push(line) })
  if (tf.getBackend() === 'wasm') accelerateLayers(layers)
  const { make, x: inputs } = networks[network]
  const model: Sequential = sequential({ layers: make() })
  tf.tidy(() => {
    const start = (size: number, i: number) => numbers(size, i).map(x => x / 8)
    model.setWeights(model.getWeights().map(({ size, shape }, i) => tf.tensor(start(size, i), shape)))
  })
  const optimizer = tf.train.sgd(0.05)
  model.compile({ optimizer, loss: 'categoricalCrossentropy' })
  const x = inputs()
  const labels = Int32Array.from({ length: 32 }, (_, i) => i % 10)
  const y = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), 10))
  const losses: number[] = []
  const began = performance.now()
  for (let step = 0; step < steps; step++) losses.push(Number(await model.trainOnBatch(x, y)))
  const ms = performance.now() - began
  // Another number of threads can be had by a backend without tensors.
  tf.dispose([x, y])
  model.dispose()
  optimizer.dispose()
  const wasm = tf.getBackend() === 'wasm'
  return {
    line: lines.join('\n'),
    backend: tf.getBackend(),
    variant: wasm ? compiledVariant() : undefined,
    threads: threadsInUse(),
    compiled: trainingKernels().filter(({ origin }) => origin === 'compiled').length,
    losses,
    ms,
  }
}
