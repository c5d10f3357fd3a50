import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

const sizes: [m: number, k: number, n: number][] = [
  [1, 1, 1],
  [3, 5, 7],
  [64, 100, 33],
  [1, 50, 1],
]

describe.each(kernelSets)('matMul, %s kernels', set => {
  beforeAll(async () => {
    await tf.setBackend('wasm')
    useKernels(set)
  })

  for (const [m, k, n] of sizes) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        it(`${m}x${k} by ${k}x${n}, transposeA ${transposeA}, transposeB ${transposeB}`, async () => {
          const a = input(transposeA ? [k, m] : [m, k], 1)
          const b = input(transposeB ? [n, k] : [k, n], 2)
          await expectSameGradients([a, b], (x, y) => tf.matMul(x, y, transposeA, transposeB))
          await expectSameAsCpu([a, b], (x, y) => tf.matMul(x, y, transposeA, transposeB))
        })
      }
    }
  }

  it('batches of matrices', async () => {
    await expectSameGradients([input([3, 4, 5], 1), input([3, 6, 5], 2)], (x, y) => tf.matMul(x, y, false, true))
    await expectSameAsCpu([input([3, 4, 5], 1), input([1, 5, 6], 2)], (x, y) => tf.matMul(x, y))
  })

  it.each([
    [[2, 2], [3, 3], false, false],
    [[2, 3], [2, 3], false, false],
    [[2, 3], [3, 3], true, false],
    [[2, 3], [3, 2], false, true],
    [[2, 4, 2], [2, 3, 5], false, false],
  ] as [number[], number[], boolean, boolean][])('refuses [%j] by [%j], transposed %s and %s', (a, b, transposeA, transposeB) => {
    for (const dtype of ['float32', 'int32'] as const)
      expect(() => tf.matMul(tf.ones(a, dtype), tf.ones(b, dtype), transposeA, transposeB)).toThrow(
        /inner shapes \(\d\) and \(\d\)/,
      )
  })

  it('a fused layer with bias and relu', async () => {
    await expectSameGradients([input([9, 60], 1), input([60, 8], 2), input([8], 3)], (a, b, bias) =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: bias!, activation: 'relu' }),
    )
  })
})
