import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { numbers } from './compare.js'

/** A function of flat arrays in float64, written as simply as can be: what a kernel is held against. */
export type Reference = (...inputs: Float64Array[]) => Float64Array

/** The gradient of sum(weights * f(inputs)) with respect to one input, by central differences in float64. */
function numericalGradient(f: Reference, inputs: Float64Array[], which: number, weights: Float32Array): Float64Array {
  const step = 1e-4
  const value = (changed: Float64Array) => {
    const y = f(...inputs.map((input, i) => (i === which ? changed : input)))
    return y.reduce((sum, v, i) => sum + v * weights[i]!, 0)
  }
  return inputs[which]!.map((x, i, all) => {
    const [up, down] = [all.slice(), all.slice()]
    up[i] = x + step
    down[i] = x - step
    return (value(up) - value(down)) / (2 * step)
  })
}

/** Expects a program's values and gradients on wasm to be those of its float64 reference, to `tolerance` of the largest. */
export async function expectGradientsOf(
  reference: Reference,
  shapes: readonly number[][],
  program: (...inputs: tf.Tensor[]) => tf.Tensor,
  tolerance = 1e-5,
): Promise<void> {
  await tf.setBackend('wasm')
  const inputs = shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))
  const doubles = inputs.map(values => Float64Array.from(values))
  const y = reference(...doubles)
  const weights = numbers(y.length, 7)
  const results = tf.tidy(() => {
    const tensors = shapes.map((shape, i) => tf.tensor(inputs[i]!, shape))
    const value = program(...tensors)
    const loss = (...xs: tf.Tensor[]) => tf.sum(tf.mul(program(...xs), tf.tensor(weights, value.shape)))
    return [value, ...tf.grads(loss)(tensors)].map(tensor => tensor.dataSync())
  })
  const expected = [y, ...doubles.map((_, i) => numericalGradient(reference, doubles, i, weights))]
  for (const [i, values] of expected.entries()) {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
    const error = values.reduce((most, value, j) => Math.max(most, Math.abs(value - results[i]![j]!)), 0)
    expect(error / scale, i === 0 ? 'value' : `gradient of input ${i - 1}`).toBeLessThanOrEqual(tolerance)
  }
}
