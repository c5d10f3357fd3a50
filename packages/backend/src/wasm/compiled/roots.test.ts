import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, numbers, useKernels } from '../../testing/compare.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-40, 3e38, -2]

it.each([
  ['roots', tf.sqrt],
  ['inverse roots', tf.rsqrt],
  ['signs', tf.sign],
])('%s are those of cpu, of numbers that have none too, with their gradients', async (_, op) => {
  for (const n of [0, 1, 3, 4, 7, 8, 9, 33]) {
    await expectSameAsCpu([{ shape: [n], values: numbers(n, 3).map(Math.abs) }], x => op(x!), 2e-7)
    await expectSameGradients([{ shape: [n], values: numbers(n, 3).map(value => 0.1 + Math.abs(value)) }], x => op(x!))
  }
  await tf.setBackend('wasm')
  const found = tf.tidy(() => op(tf.tensor1d(SPECIAL)).dataSync())
  await tf.setBackend('cpu')
  expect([...found]).toEqual(
    [...tf.tidy(() => op(tf.tensor1d(SPECIAL)).dataSync())].map(value =>
      Number.isNaN(value) ? value : expect.closeTo(value, 5),
    ),
  )
})
