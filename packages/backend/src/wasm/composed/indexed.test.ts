import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, input, kernelSets, useKernels } from '../../testing/compare.js'

const places = (...rows: number[][]) => tf.tensor2d(rows, [rows.length, rows[0]!.length], 'int32')

/** What is done with places of a tensor of three rows and two columns. */
const kernels: Record<string, (indices: tf.Tensor2D) => tf.Tensor> = {
  gatherND: indices => tf.gatherND(tf.ones([3, 2]), indices),
  scatterND: indices => tf.scatterND(indices, tf.ones([indices.shape[0]]), [3, 2]),
  sparseToDense: indices => tf.sparseToDense(indices, tf.ones([indices.shape[0]]), [3, 2], tf.scalar(0)),
  tensorScatterUpdate: indices => tf.tensorScatterUpdate(tf.zeros([3, 2]), indices, tf.ones([indices.shape[0]])),
}

describe.each(kernelSets)('places, %s kernels', set => {
  beforeAll(async () => {
    await tf.setBackend('wasm')
    useKernels(set)
  })

  describe.each(Object.entries(kernels))('%s', (_, kernel) => {
    it.each([[[3, 0]], [[0, 2]], [[-1, 0]], [[0, 2 ** 24]]])('refuses %j, which is outside', place => {
      const before = tf.memory().numTensors
      expect(() => tf.tidy(() => kernel(places([0, 1], place)))).toThrow(`Invalid indices: ${place} does not index into 3,2`)
      expect(tf.memory().numTensors).toBe(before)
    })

    it('takes all that are inside', async () => {
      const all = places([0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1])
      expect([...(await kernel(all).data())]).toEqual([1, 1, 1, 1, 1, 1])
    })
  })

  it('of a list of places each is a row, and of one place all its numbers are one', async () => {
    await expectSameAsCpu([input([4], 1)], x => tf.gatherND(x!, tf.tensor1d([3], 'int32')))
    await expectSameAsCpu([input([4, 2], 1)], x => tf.gatherND(x!, tf.tensor1d([3, 1], 'int32')))
    await expectSameAsCpu([input([3], 1)], x =>
      tf.sparseToDense(tf.tensor1d([4, 0, 2], 'int32'), x as tf.Tensor1D, [5], tf.scalar(7)),
    )
    expect(() => tf.gatherND(tf.ones([4, 2]), tf.tensor1d([1, 3], 'int32'))).toThrow(
      'Invalid indices: 1,3 does not index into 4,2',
    )
  })

  it('pictures are cut from those that there are', () => {
    const cut = (picture: number) =>
      tf.image.cropAndResize(tf.ones([2, 4, 4, 1]), tf.tensor2d([[0, 0, 1, 1]]), tf.tensor1d([picture], 'int32'), [2, 2])
    expect([...cut(1).dataSync()]).toEqual([1, 1, 1, 1])
    expect(() => cut(2)).toThrow('Invalid indices: 2 does not index into 2')
  })

  it('numbers are counted that are not below zero', () => {
    const count = (...numbers: number[]) => tf.denseBincount(tf.tensor1d(numbers, 'int32'), tf.tensor1d([]), 4)
    expect([...count(1, 3, 1, 9).dataSync()]).toEqual([0, 2, 0, 1])
    expect(() => count(1, -1)).toThrow('Input x must be non-negative!')
  })
})
