// Alone: it starts the wasm backend.
import '@onecycle/backend/wasm'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { differentiate } from './gradient/differentiate.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './loss/binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './loss/cross-entropy.js'
import { mae, mse } from './loss/regression.js'
import { accuracy, top_k_accuracy } from './metric/classification.js'
import { parametersOf } from './model/parameters.js'
import { simple_cnn } from './model/simple-cnn.js'
import { expectClose } from './testing/numerical.js'
import './testing/tiny.js'

// Where the backends are known to differ: wasm's OneHot ignores the type it is asked for, ties, and its own kernels.

beforeAll(() => tf.setBackend('cpu'))

/** What `compute` gives on the cpu backend and on wasm. */
async function onBoth(compute: () => tf.Tensor[]): Promise<Float32Array[][]> {
  const results: Float32Array[][] = []
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend)
    const before = tf.memory().numTensors
    results.push(tf.tidy(() => compute().map(tensor => tensor.dataSync() as Float32Array)))
    expect(tf.memory().numTensors).toBe(before)
  }
  return results
}

const pred = () =>
  tf.tensor2d([
    [2, -1, 0],
    [0, 0, 0],
    [1e4, -1e4, 3],
  ])

it.each([
  ['indices', cross_entropy, () => tf.tensor1d([0, 2, 0], 'int32')],
  [
    'one-hot',
    cross_entropy,
    () =>
      tf.tensor2d(
        [
          [1, 0, 0],
          [0, 0, 1],
          [1, 0, 0],
        ],
        [3, 3],
        'int32',
      ),
  ],
  [
    'soft',
    cross_entropy,
    () =>
      tf.tensor2d([
        [0.5, 0.5, 0],
        [0.1, 0.2, 0.3],
        [1, 0, 0],
      ]),
  ],
  [
    'logits',
    binary_cross_entropy,
    () =>
      tf.tensor2d([
        [1, 0, 1],
        [0, 1, 0.5],
        [1, 0, 1],
      ]),
  ],
  [
    'integers',
    mse,
    () =>
      tf.tensor2d(
        [
          [1, 0, 1],
          [0, 1, 0],
          [1, 0, 1],
        ],
        [3, 3],
        'int32',
      ),
  ],
  [
    'values',
    mae,
    () =>
      tf.tensor2d([
        [1, 0, 1],
        [0.5, 1, 0.2],
        [1, 0, 1],
      ]),
  ],
] as const)('%s: value and gradient of a loss are those of the cpu backend', async (_, loss, target) => {
  const [cpu, wasm] = await onBoth(() => {
    const { value, grad } = tf.valueAndGrad(x => loss(x, target()))(pred())
    return [value, grad]
  })
  wasm!.forEach((values, i) => {
    expectClose(values, cpu![i]!)
  })
  expect([...wasm![1]!].every(Number.isFinite)).toBe(true)
})

it('the gradient of cross_entropy can be differentiated, as on the cpu backend', async () => {
  const [cpu, wasm] = await onBoth(() => {
    const slope = tf.grad((x: tf.Tensor) => cross_entropy(x, tf.tensor1d([0, 2, 0], 'int32')))
    return [tf.grad((x: tf.Tensor) => tf.sum(tf.square(slope(x))))(pred())]
  })
  expectClose(wasm![0]!, cpu![0]!)
})

it.each([
  [probability_cross_entropy, () => tf.tensor1d([0, 1], 'int32')],
  [
    probability_binary_cross_entropy,
    () =>
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
  ],
])('probabilities of exactly 0 and 1 give what they give on the cpu backend', async (loss, target) => {
  const [cpu, wasm] = await onBoth(() => {
    const { value, grad } = tf.valueAndGrad(x => loss(x, target()))(
      tf.tensor2d([
        [0, 1],
        [0.3, 0.7],
      ]),
    )
    return [value, grad]
  })
  wasm!.forEach((values, i) => {
    expectClose(values, cpu![i]!)
  })
})

it('ties are decided alike', async () => {
  const [cpu, wasm] = await onBoth(() => {
    const rows = tf.tensor2d([
      [0, 0, 0, 0],
      [1, 2, 2, 2],
      [0, 1, 0, 1],
      [5, 5, 5, 5],
    ])
    const labels = [
      [0, 1, 1, 1],
      [1, 2, 3, 2],
      [2, 3, 0, 3],
    ].map(row => tf.tensor1d(row, 'int32'))
    return labels.flatMap(y => [accuracy(rows, y), ...[1, 2, 3].map(k => top_k_accuracy(k)(rows, y))])
  })
  expect(wasm).toEqual(cpu)
})

it('a label that is no class is refused', async () => {
  await tf.setBackend('wasm')
  expect(() => cross_entropy(tf.zeros([1, 2]), tf.tensor1d([2], 'int32'))).toThrow(/label 2/)
})

it.each([false, true])(
  'simple_cnn (bn: %s) has the predictions and gradients of the cpu backend, from the same seed',
  async bn => {
    const results = []
    for (const backend of ['cpu', 'wasm']) {
      await tf.setBackend(backend)
      const model = simple_cnn([3, 4, 4, 2], { seed: 7, bn })
      const x = tf.randomNormal([4, 9, 9, 3], 0, 1, 'float32', 1)
      const y = tf.tensor1d([0, 1, 1, 0], 'int32')
      const before = tf.memory().numTensors
      let loss!: tf.Scalar
      const grads = differentiate(() => {
        loss = tf.tidy(() => cross_entropy(model.apply(x, { training: true }) as tf.Tensor, y))
        return loss
      }, parametersOf(model))
      results.push([loss.dataSync(), ...Object.values(grads).map(grad => grad.dataSync())])
      tf.dispose([loss, grads])
      expect(tf.memory().numTensors).toBe(before)
      model.dispose()
      tf.dispose([x, y])
    }
    const [cpu, wasm] = results
    expect(wasm).toHaveLength(bn ? 9 : 7)
    for (const [i, values] of wasm!.entries()) expectClose(values, cpu![i]!, 1e-4)
  },
)
