import * as tf from '@tensorflow/tfjs-core'
import { initializers } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import './orthogonal.js'
import './tensor-methods.js'

beforeAll(useCpu)
afterEach(() => vi.restoreAllMocks())

const made = (shape: number[], gain = 1) => initializers.orthogonal({ seed: 7, gain }).apply(shape)

it.each<[string, number[]]>([
  ['tall', [5, 3]],
  ['wide', [3, 5]],
  ['square', [4, 4]],
  ['of one row', [1, 6]],
  ['of a convolution', [2, 3, 4]],
])('is the matrix of a decomposition with a positive diagonal: %s', (_, shape) => {
  const before = tf.memory().numTensors
  const q = made(shape)
  expect(tf.memory().numTensors).toBe(before + 1)
  expect(q.shape).toEqual(shape)
  const [rows, columns] = [q.size / shape.at(-1)!, shape.at(-1)!]
  const expected = tf.tidy(() => {
    const size = [Math.max(rows, columns), Math.min(rows, columns)]
    const [theirs, r] = tf.linalg.qr(tf.randomNormal(size, 0, 1, 'float32', 7))
    const signs = tf.sign(tf.sum(tf.mul(r, tf.eye(size[1]!)), 0))
    const signed = tf.mul(theirs, signs)
    return [...(rows < columns ? tf.transpose(signed) : signed).dataSync()]
  })
  for (const [i, value] of q.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 5)
  q.dispose()
})

it('is orthogonal to the last places of float32 however large, times a gain, and warns of nothing', () => {
  const warn = vi.spyOn(console, 'warn')
  const product = tf.tidy(() => {
    const q = made([64, 256], 3)
    return tf.matMul(q as tf.Tensor2D, q as tf.Tensor2D, false, true).dataSync()
  })
  for (const [i, value] of product.entries()) expect(Math.abs(value - (i % 65 === 0 ? 9 : 0))).toBeLessThan(1e-5)
  expect(warn).not.toHaveBeenCalled()
})

it('refuses what it refused', () => {
  expect(() => made([3])).toThrow(/at least 2D/)
})
