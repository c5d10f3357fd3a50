import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'

/** Slopes of a function of float64 numbers, by central differences. */
export function slopes(f: (x: readonly number[]) => number, x: readonly number[], step = 1e-5): number[] {
  const moved = (i: number, by: number) => f(x.map((value, j) => (i === j ? value + by : value)))
  return x.map((_, i) => (moved(i, step) - moved(i, -step)) / (2 * step))
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values, expected ${expected.length}`)
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!)
    if (!(error <= tolerance * Math.max(1, Math.abs(expected[i]!))))
      throw new Error(`value ${i} is ${actual[i]}, expected ${expected[i]}`)
  }
}

/** Float32 numbers of the given range, so that both sides of a comparison start from the same values. */
export const floats = (length: number, min: number, max: number) =>
  fc.array(fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true }), { minLength: length, maxLength: length })

/** A small [batch, classes]. */
export const shapes = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 5 }))

/** Tensors that are left when `call` has returned or thrown, its result among them. */
export function tensorsLeftBy(call: () => unknown): number {
  const before = tf.memory().numTensors
  try {
    call()
  } catch {
    // What is thrown is another test's matter.
  }
  return tf.memory().numTensors - before
}
