import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, input, kernelSets, useKernels } from '../../testing/compare.js'

const cases: [equation: string, ...shapes: number[][]][] = [
  ['ij,jk->ik', [3, 4], [4, 5]],
  ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
  ['bij,bkj->kbi', [2, 3, 4], [2, 5, 4]],
  ['ij,ij->', [3, 4], [3, 4]],
  ['ij,ij->ji', [3, 4], [3, 4]],
  ['i,j->ij', [3], [4]],
  ['i,j->ji', [3], [4]],
  ['aecd,abcd->acbe', [2, 3, 4, 5], [2, 6, 4, 5]],
  ['ij->ij', [3, 4]],
  ['ij->ji', [3, 4]],
  ['ijk->j', [2, 3, 4]],
  ['ij->', [3, 4]],
]

describe.each(kernelSets)('einsum, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (equation, ...shapes) => {
    await expectSameAsCpu(
      shapes.map((shape, i) => input(shape, i + 1)),
      (...tensors) => tf.einsum(equation, ...tensors),
    )
  })

  it('sums axes that one of two tensors has, which the cpu backend leaves as they are', async () => {
    await tf.setBackend('wasm')
    const [x, y] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor1d([10, 20])]
    const results = tf.tidy(() => [tf.einsum('ij,k->i', x, y), tf.einsum('ij,k->ki', x, y)].map(z => Array.from(z.dataSync())))
    expect(results).toEqual([
      [90, 210],
      [30, 70, 60, 140],
    ])
    tf.dispose([x, y])
  })

  it('of integers', async () => {
    const integers = { shape: [2, 2], values: [1, -2, 3, 4], dtype: 'int32' as const }
    await expectSameAsCpu([integers, integers], (a, b) => tf.einsum('ij,jk->ki', a!, b!))
  })

  it('makes images gray', async () => {
    await expectSameAsCpu([input([2, 3, 4, 3])], x => tf.image.rgbToGrayscale(x as tf.Tensor4D))
  })
})
