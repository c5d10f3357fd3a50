import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

const cases: [name: string, x: number[], alpha: number[]][] = [
  ['one slope', [3, 4, 5], []],
  ['one slope of several axes', [3, 4], [1, 1]],
  ['a slope for each channel', [2, 3, 4, 5], [5]],
  ['shared by batch, rows and columns', [2, 3, 4, 5], [1, 1, 1, 5]],
  ['a slope for each value', [2, 3, 4, 5], [3, 4, 5]],
  ['shared by channels', [2, 3, 4, 5], [3, 4, 1]],
  ['shared by columns', [2, 3, 4, 5], [1, 3, 1, 5]],
  ['shared by rows and channels', [2, 3, 4, 5], [1, 1, 4, 1]],
  ['a slope for each sample', [3, 4], [3, 1]],
]

describe.each(kernelSets)('prelu, %s kernels', set => {
  beforeAll(async () => {
    await tf.setBackend('wasm')
    useKernels(set)
  })

  it.each(cases)('%s', async (_, x, alpha) => {
    await expectSameAsCpu([input(x, 1), input(alpha, 2)], (a, b) => tf.prelu(a!, b!))
    await expectSameGradients([input(x, 1), input(alpha, 2)], (a, b) => tf.prelu(a!, b!))
  })

  it.each([
    [[2, 3], [2]],
    [[3], [2, 3]],
    [
      [1, 3],
      [4, 3],
    ],
  ])('refuses slopes for %j of shape %j', (x, alpha) => {
    expect(() => tf.prelu(tf.ones(x), tf.ones(alpha))).toThrow(/broadcast/)
  })
})
