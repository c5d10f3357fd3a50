import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { numbers } from '../../testing/compare.js'
import { attentionKernelNames, batchNormKernelNames, layerNormKernelNames } from '../compiled/kernel-names.js'
import { recurrentOperation } from '../compiled/recurrent-operation.js'
import { threadsInUse } from '../index.js'
import { fusedUpdates, startWasm } from '../internal.js'

type Program = (...inputs: tf.Tensor[]) => tf.Tensor
type Operation = [what: string, shapes: number[][], program: (...inputs: never[]) => tf.Tensor]

const conv = (strides: number, pad: 'same' | 'valid') => (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, strides, pad)
const product = (transposeA: boolean, transposeB: boolean) => (a: tf.Tensor, b: tf.Tensor) =>
  tf.matMul(a, b, transposeA, transposeB)
const fused = (a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D) => tf.fused.matMul({ a, b, bias, activation: 'relu' })
const normalized = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
  tf.engine().runKernel<tf.Tensor[]>(batchNormKernelNames.training, { x, gamma, beta }, { epsilon: 1e-5 })[0]!
const rowsNormalized = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
  tf.engine().runKernel<tf.Tensor[]>(layerNormKernelNames.forward, { x, gamma, beta }, { epsilon: 1e-5 })[0]!

const steps =
  (cell: 'lstm' | 'gru' | 'gruAfter') => (x: tf.Tensor, kernel: tf.Tensor, recurrentKernel: tf.Tensor, bias: tf.Tensor) => {
    const attrs = { cell, activation: 'tanh', recurrentActivation: 'sigmoid', goBackwards: false } as const
    return recurrentOperation(attrs, true, { x, kernel, recurrentKernel, bias }).output
  }

const attention = (...qkv: tf.Tensor[]) => {
  const attrs = { heads: 4, causal: true, rate: 0.1, bound: 0.1 * 2 ** 32, seed: 1 }
  return tf.engine().runKernel<tf.Tensor[]>(attentionKernelNames.forward, qkv as unknown as tf.NamedTensorMap, attrs)[0]!
}

// Enough work for three threads, in sizes that they cannot share equally.

// biome-ignore format: a line each
const divided: Operation[] = [
  ['a product, by rows', [[97, 67], [67, 83]], product(false, false)],
  ['a product, by columns', [[7, 203], [203, 301]], product(false, false)],
  ['a product of a transposed matrix', [[67, 97], [67, 83]], product(true, false)],
  ['a product of two transposed matrices', [[203, 7], [301, 203]], product(true, true)],
  ['products of a batch', [[2, 97, 67], [2, 67, 83]], product(false, false)],
  ['a dense layer', [[64, 203], [203, 130], [130]], fused],
  ['a convolution', [[5, 17, 19, 6], [3, 3, 6, 11]], conv(1, 'same')],
  ['a convolution with strides', [[7, 23, 21, 6], [3, 3, 6, 11]], conv(2, 'same')],
  ['a convolution of single pixels', [[5, 17, 19, 16], [1, 1, 16, 21]], conv(1, 'valid')],
  ["a convolution through Winograd's transforms", [[5, 9, 11, 16], [3, 3, 16, 20]], conv(1, 'same')],
  ['a convolution of fewer images than threads', [[2, 17, 19, 16], [5, 5, 16, 7]], conv(1, 'valid')],
  ['a depthwise convolution', [[5, 17, 19, 14], [3, 3, 14, 2]], (x: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(x, w, 1, 'same')],
  ['nearest neighbours', [[5, 17, 19, 14]], (x: tf.Tensor4D) => tf.image.resizeNearestNeighbor(x, [40, 30])],
  ['a choice', [[70001], [70001]], (x: tf.Tensor, y: tf.Tensor) => tf.where(tf.notEqual(tf.range(0, 70001), 17), tf.relu(x), y)],
  ['the largest of rows', [[101, 700]], (x: tf.Tensor) => tf.max(x, 1)],
  ['max pooling', [[5, 33, 31, 7]], (x: tf.Tensor4D) => tf.maxPool(x, 3, 2, 'same')],
  ['average pooling', [[5, 33, 31, 7]], (x: tf.Tensor4D) => tf.avgPool(x, 3, 2, 'same')],
  ['relu', [[70001]], tf.relu],
  ['sigmoid', [[70001]], tf.sigmoid],
  ['a bias', [[6001, 11], [11]], (x: tf.Tensor, row: tf.Tensor) => tf.add(x, row)],
  ['layer norm', [[1001, 70], [70], [70]], rowsNormalized],
  ['an LSTM', [[17, 9, 21], [21, 52], [13, 52], [52]], steps('lstm')],
  ['a GRU', [[17, 9, 21], [21, 72], [24, 72], [72]], steps('gru')],
  ['a GRU that resets after its product', [[17, 9, 21], [21, 72], [24, 72], [2, 72]], steps('gruAfter')],
  ['attention', [[2, 41, 36], [2, 53, 36], [2, 53, 20]], attention],
  ['means of rows', [[7, 26000]], (x: tf.Tensor) => tf.mean(x, 1)],
]
// biome-ignore format: a line each
const summed: Operation[] = [
  ['sums of columns', [[26000, 7]], (x: tf.Tensor) => tf.sum(x, 0)],
  ['the sum of all', [[257, 300]], (x: tf.Tensor) => tf.sum(x)],
  ['batch norm in training', [[5, 33, 31, 12], [12], [12]], normalized],
]

/** What a program gives, and its gradients with an uneven one coming from above. */
function evaluate(shapes: number[][], program: Program): Float32Array[] {
  const before = tf.memory().numTensors
  const values = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => tf.tensor(numbers(tf.util.sizeFromShape(shape), i + 2), shape))
    const above = (y: tf.Tensor) => tf.tensor(numbers(y.size, 7), y.shape)
    const gradients = tf.grads((...x: tf.Tensor[]) => {
      const y = program(...x)
      return tf.sum(tf.mul(y, above(y)))
    })
    return [program(...inputs), ...gradients(inputs)].map(tensor => tensor.dataSync() as Float32Array)
  })
  expect(tf.memory().numTensors).toBe(before)
  expect(tf.engine().backend.numDataIds()).toBe(0)
  return values
}

const sameBits = (a: Float32Array[], b: Float32Array[]) =>
  a.every((values, i) => Buffer.from(values.buffer).equals(Buffer.from(b[i]!.buffer)))

/** The largest difference, as a part of the largest value. */
function apart(a: Float32Array, b: Float32Array): number {
  const scale = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / scale
}

/** Two steps of an optimizer's rule. */
function stepsOf(rule: string): Float32Array[] {
  const tensors = [1, 2, 3, 4].map(seed => tf.tensor(numbers(70_001, seed).map(Math.abs)))
  const [gradient, first, second] = tensors.slice(1) as [tf.Tensor, tf.Tensor, tf.Tensor]
  const parameter = tf.variable(tensors[0]!)
  const slots = rule.startsWith('adagrad') ? { sum: first } : { avg: first, sqr_avg: second }
  const hyper = { lr: 0.1, mom: 0.9, sqr_mom: 0.99, eps: 1e-5, wd: 0.1, lr_decay: 0.1 }
  for (const steps of [1, 2]) {
    expect(fusedUpdates[rule]!({ parameter, gradient, slots, hyper, decays: true, steps })).toBe(true)
  }
  const values = [parameter, first, second].map(tensor => tensor.dataSync() as Float32Array)
  tf.dispose([...tensors, parameter])
  return values
}

describe('three threads', () => {
  const rules = Object.keys(fusedUpdates)
  const alone = new Map<string, Float32Array[]>()
  beforeAll(async () => {
    await startWasm({ threads: 1 })
    for (const [what, shapes, program] of [...divided, ...summed]) alone.set(what, evaluate(shapes, program as Program))
    for (const rule of rules) alone.set(rule, stepsOf(rule))
    await startWasm({ threads: 3 })
    expect(threadsInUse()).toBe(3)
  })

  function expectSame([what, shapes, program]: Operation): Float32Array[] {
    const posts = vi.spyOn(Atomics, 'notify')
    const together = evaluate(shapes, program as Program)
    expect(posts, 'nothing was divided').toHaveBeenCalled()
    posts.mockRestore()
    for (let i = 0; i < 3; i++) expect(sameBits(evaluate(shapes, program as Program), together)).toBe(true)
    for (const [i, values] of alone.get(what)!.entries()) expect(apart(values, together[i]!), `result ${i}`).toBeLessThan(1e-5)
    return together
  }

  it.each(divided)('give the bits of one, and its gradients up to the order of sums: %s', (...operation) => {
    const [value] = expectSame(operation)
    expect(sameBits([value!], [alone.get(operation[0])![0]!])).toBe(true)
  })

  it.each(summed)('give what one does up to the order of sums: %s', (...operation) => {
    expectSame(operation)
  })

  it.each(rules)('make the steps of one: %s', rule => {
    expect(sameBits(stepsOf(rule), alone.get(rule)!)).toBe(true)
  })

  it('leave alone what is too small to be divided', () => {
    const posts = vi.spyOn(Atomics, 'notify')
    evaluate([[8], [8]], (a, b) => tf.relu(tf.add(a, b)))
    expect(posts).not.toHaveBeenCalled()
    posts.mockRestore()
  })

  it('see memory that has just been added', () => {
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length
    const held: tf.Tensor[] = []
    let grown = 0
    for (let round = 0; round < 12; round++) {
      const before = heap()
      const x = tf.ones<tf.Rank.R4>([9, 128, 128, 4 + 2 * round])
      const [dx] = tf.tidy(() => tf.grads((x: tf.Tensor) => tf.sum(tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid')))([x]))
      if (heap() > before) grown++
      expect(dx!.dataSync().every(value => value === 0.25)).toBe(true)
      held.push(x, dx!)
    }
    expect(grown).toBeGreaterThan(3)
    tf.dispose(held)
  })
})
