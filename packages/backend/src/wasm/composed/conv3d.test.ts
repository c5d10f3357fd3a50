import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

type Shape = [number, number, number, number, number]
type Case = [name: string, x: Shape, filter: Shape, strides: number | [number, number, number], pad: 'same' | 'valid']

const cases: Case[] = [
  ['same, stride 1', [2, 5, 6, 7, 2], [3, 3, 3, 2, 3], 1, 'same'],
  ['valid, stride 1', [2, 5, 6, 7, 2], [3, 3, 3, 2, 3], 1, 'valid'],
  ['same, stride 2', [2, 5, 6, 7, 2], [3, 3, 3, 2, 3], 2, 'same'],
  ['valid, stride 2, planes left unused', [2, 6, 6, 8, 2], [3, 3, 3, 2, 3], 2, 'valid'],
  ['different sizes and strides', [2, 5, 6, 7, 2], [2, 3, 1, 2, 4], [3, 1, 2], 'same'],
  ['1x1x1', [2, 3, 4, 5, 3], [1, 1, 1, 3, 2], 1, 'valid'],
  ['stride 3 with a filter of 1: some inputs unseen', [1, 7, 7, 7, 2], [1, 1, 1, 2, 3], 3, 'valid'],
  ['same, stride 2 with a filter of 1: a plane, a row and a column skipped', [1, 4, 6, 8, 2], [1, 1, 1, 2, 3], 2, 'same'],
  ['one voxel under a 3x3x3 filter', [1, 1, 1, 1, 2], [3, 3, 3, 2, 2], 1, 'same'],
]

describe.each(kernelSets)('gradients of conv3d, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, x, filter, strides, pad) => {
    await expectSameGradients([input(x, 1), input(filter, 2)], (a, w) =>
      tf.conv3d(a as tf.Tensor5D, w as tf.Tensor5D, strides, pad),
    )
  })

  it('of any shape', async () => {
    const size = fc.integer({ min: 1, max: 5 })
    const side = fc.integer({ min: 1, max: 3 })
    const sides = fc.tuple(side, side, side)
    await fc.assert(
      fc.asyncProperty(
        fc.record({ n: side, space: fc.tuple(size, size, size), taps: sides, strides: sides, c: side, o: side }),
        fc.constantFrom('same' as const, 'valid' as const),
        async ({ n, space, taps, strides, c, o }, pad) => {
          fc.pre(pad === 'same' || space.every((length, axis) => length >= taps[axis]!))
          await expectSameGradients([input([n, ...space, c], 3), input([...taps, c, o], 4)], (a, w) =>
            tf.conv3d(a as tf.Tensor5D, w as tf.Tensor5D, strides, pad),
          )
        },
      ),
      { numRuns: 30, seed: 3 },
    )
  })

  it('as a transposed convolution', async () => {
    await expectSameAsCpu([input([2, 3, 3, 3, 5], 1), input([3, 3, 3, 2, 5], 2)], (x, w) =>
      tf.conv3dTranspose(x as tf.Tensor5D, w as tf.Tensor5D, [2, 6, 6, 6, 2], 2, 'same'),
    )
  })
})
