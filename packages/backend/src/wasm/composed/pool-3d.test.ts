import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf } from '../../testing/numerical.js'

type Shape = [number, number, number, number, number]
type Case = [name: string, x: Shape, size: number, strides: number, pad: 'same' | 'valid' | number]

const cases: Case[] = [
  ['2x2x2', [2, 4, 6, 8, 3], 2, 2, 'valid'],
  ['2x2x2, planes left unused', [1, 5, 7, 5, 1], 2, 2, 'valid'],
  ['3x3x3 overlapping, same', [2, 5, 6, 7, 2], 3, 2, 'same'],
  ['2x2x2 overlapping, same', [2, 3, 4, 5, 2], 2, 1, 'same'],
  ['3x3x3, pad 1', [2, 4, 5, 6, 2], 3, 1, 1],
  ['strides beyond the window, same', [1, 5, 6, 8, 2], 2, 3, 'same'],
  ['the whole volume', [3, 4, 4, 4, 5], 4, 4, 'valid'],
]

const negative = (shape: number[]) => ({ shape, values: Array.from(input(shape).values, value => value - 1.5) })
const tied = (shape: number[]) => ({ shape, values: Array.from(input(shape).values, value => Math.round(2 * value)) })

describe.each(kernelSets)('3D pooling, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('maxPool3d, %s', async (_, shape, size, strides, pad) => {
    const pool = (x?: tf.Tensor) => tf.maxPool3d(x as tf.Tensor5D, size, strides, pad)
    for (const x of [input(shape), negative(shape), tied(shape)]) {
      await expectSameAsCpu([x], pool)
      await expectSameGradients([x], pool)
    }
  })

  it('maxPool3d treats NaN and infinity as cpu does', async () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1]
    const values = Array.from(numbers(3 * 4 * 5 * 2), (value, i) => (i % 3 ? value : special[i % 5]!))
    await expectSameAsCpu([{ shape: [1, 3, 4, 5, 2], values }], x => tf.maxPool3d(x as tf.Tensor5D, 2, 1, 'valid'))
  })

  it.each(cases)('avgPool3d, %s', async (_, shape, size, strides, pad) => {
    await expectSameAsCpu([input(shape)], x => tf.avgPool3d(x as tf.Tensor5D, size, strides, pad))
  })

  it('avgPool3d has gradients of windows that the edge cuts', async () => {
    const [depth, height, width] = [2, 3, 4]
    const [planes, rows, columns] = [depth, height, width].map(length => Array.from({ length }, (_, i) => i)) as number[][]
    const near = (places: number[], at: number) => places.filter(place => Math.abs(place - at) <= 1)
    const average = (x: Float64Array, z: number, y: number, w: number) => {
      const seen = near(planes!, z).flatMap(a =>
        near(rows!, y).flatMap(b => near(columns!, w).map(c => x[(a * height + b) * width + c]!)),
      )
      return seen.reduce((sum, value) => sum + value) / seen.length
    }
    await expectGradientsOf(
      x => Float64Array.from(planes!.flatMap(z => rows!.flatMap(y => columns!.map(w => average(x!, z, y, w))))),
      [[1, depth, height, width, 1]],
      x => tf.avgPool3d(x as tf.Tensor5D, 3, 1, 'same'),
    )
  })
})
