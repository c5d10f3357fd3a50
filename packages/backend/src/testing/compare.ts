import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
// tfjs-core has no gradients of its own: tfjs-layers brings them, as the umbrella package does.
import '@tensorflow/tfjs-layers'
import { expect } from 'vitest'
import { compiledKernels, composedKernels, registerTrainingKernels, restoreStockKernels } from '../wasm/internal.js'

/** Both sets of training kernels must pass the same tests. */
export const kernelSets = ['composed', 'compiled'] as const

/** Has the wasm backend run the composed kernels only, or the compiled ones over them, as a program normally does. */
export function useKernels(set: (typeof kernelSets)[number]): void {
  restoreStockKernels()
  registerTrainingKernels(composedKernels)
  if (set === 'compiled') registerTrainingKernels(compiledKernels)
}

/** Numbers in [-1, 1), the same on every run. */
export function numbers(count: number, seed = 1): Float32Array {
  let state = seed >>> 0
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

export interface Input {
  readonly shape: number[]
  readonly values: ArrayLike<number>
  readonly dtype?: 'float32' | 'int32'
}

export function input(shape: number[], seed = 1): Input {
  return { shape, values: numbers(tf.util.sizeFromShape(shape), seed) }
}

type Program = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[]

async function run(backend: string, inputs: readonly Input[], program: Program) {
  await tf.setBackend(backend)
  const before = { tensors: tf.memory().numTensors, dataIds: tf.engine().backend.numDataIds() }
  const results = tf.tidy(() => {
    const tensors = inputs.map(({ values, shape, dtype }) => tf.tensor(Array.from(values), shape, dtype))
    return [program(...tensors)].flat().map(tensor => ({ shape: tensor.shape, values: Array.from(tensor.dataSync()) }))
  })
  expect({ tensors: tf.memory().numTensors, dataIds: tf.engine().backend.numDataIds() }, `${backend} leaks`).toEqual(before)
  return results
}

/** NaN equals NaN only, and an infinity itself only. */
function difference(a: number, b: number): number {
  return Object.is(a, b) ? 0 : Math.abs(a - b)
}

/**
 * Runs a program on the cpu backend and on wasm, and expects the same numbers: the largest difference at most `tolerance` of
 * the largest value (or of `least`, where all are smaller), shapes equal, and neither a tensor nor a piece of data left behind.
 */
export async function expectSameAsCpu(inputs: readonly Input[], program: Program, tolerance = 1e-5, least = 1e-3): Promise<void> {
  const expected = await run('cpu', inputs, program)
  const actual = await run('wasm', inputs, program)
  expect(actual.map(result => result.shape)).toEqual(expected.map(result => result.shape))
  for (const [i, { values }] of expected.entries()) {
    const scale = values.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), least)
    const error = values.reduce((most, value, j) => Math.max(most, difference(value, actual[i]!.values[j]!)), 0)
    expect(error / scale, `result ${i}`).toBeLessThanOrEqual(tolerance)
  }
}

/** Like `expectSameAsCpu`, for the gradients of every float input, with an uneven gradient coming from above. */
export function expectSameGradients(
  inputs: readonly Input[],
  program: (...inputs: tf.Tensor[]) => tf.Tensor,
  least?: number,
): Promise<void> {
  const gradients: Program = (...tensors) => {
    const floats = tensors.filter(tensor => tensor.dtype === 'float32')
    const forward = (...replaced: tf.Tensor[]) => {
      const queue = [...replaced]
      const y = program(...tensors.map(tensor => (tensor.dtype === 'float32' ? queue.shift()! : tensor)))
      return tf.sum(tf.mul(y, tf.tensor(numbers(y.size, 7), y.shape)))
    }
    return tf.grads(forward)(floats)
  }
  return expectSameAsCpu(inputs, gradients, undefined, least)
}
