import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Algebra } from './algebra.js'
import { float64 } from './float64.js'
import { tensorAlgebra } from './tensor-algebra.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

const operations: Record<string, <T>(on: Algebra<T>, a: T, b: T, number: number) => T> = {
  zerosLike: (on, a) => on.zerosLike(a),
  add: (on, a, b) => on.add(a, b),
  sub: (on, a, b) => on.sub(a, b),
  mul: (on, a, b) => on.mul(a, b),
  div: (on, a, b) => on.div(a, on.shift(on.abs(b), 1)),
  maximum: (on, a, b) => on.maximum(a, b),
  minimum: (on, a, b) => on.minimum(a, b),
  scale: (on, a, _b, number) => on.scale(a, number),
  shift: (on, a, _b, number) => on.shift(a, number),
  combine: (on, a, b, number) => on.combine(a, number, b, -0.5),
  'combine with ones': (on, a, b) => on.combine(a, 1, b, 1),
  sqrt: (on, a) => on.sqrt(on.abs(a)),
  square: (on, a) => on.square(a),
  abs: (on, a) => on.abs(a),
  softplus: (on, a) => on.softplus(a, 7),
  'norm, and a value of one element': (on, a, b) => on.mul(on.norm(a), b),
  rms: (on, a, b) => on.mul(b, on.rms(a)),
  // The condition is exact in both arithmetics: a rounded one could fall on either side.
  wherePositive: (on, a, b, number) =>
    on.add(on.wherePositive(on.shift(on.zerosLike(on.norm(a)), number), on.norm(a), on.rms(b)), a),
}

it.each(Object.entries(operations))('%s gives on tensors what it gives in float64', (_name, operation) => {
  const values = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(values, values, fc.float({ min: -3, max: 3, noNaN: true }), (a, b, number) => {
      const expected = operation(float64, Float64Array.from(a), Float64Array.from(b), number)
      const found = tf.tidy(() => operation(tensorAlgebra(), tf.tensor1d(a), tf.tensor1d(b), number).dataSync())
      expect(found.length).toBe(3)
      for (const [i, x] of expected.entries()) expect(Math.abs(found[i]! - x)).toBeLessThan(1e-5 * (1 + Math.abs(x)))
    }),
    { numRuns: 50 },
  )
})
