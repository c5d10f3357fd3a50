import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { input, kernelSets, numbers, useKernels } from '../../testing/compare.js'

const resizes = { resizeBilinear: tf.image.resizeBilinear, resizeNearestNeighbor: tf.image.resizeNearestNeighbor } as const

const sizes: [name: string, from: [number, number], to: [number, number]][] = [
  ['larger', [4, 5], [8, 15]],
  ['smaller', [7, 6], [3, 2]],
  ['larger and smaller', [3, 8], [7, 5]],
  ['to one pixel', [4, 5], [1, 1]],
  ['from one pixel', [1, 1], [3, 4]],
  ['of the same size', [3, 4], [3, 4]],
  ['between sizes whose places fall on the edges of pixels', [6, 10], [9, 4]],
]

const grids: [name: string, alignCorners: boolean, halfPixelCenters: boolean][] = [
  ['pixels from their corners', false, false],
  ['corners aligned', true, false],
  ['pixels from their centres', false, true],
]

const all = Object.keys(resizes).flatMap(op =>
  grids.flatMap(([grid, ...options]) => sizes.map(([size, from, to]) => ({ op, grid, size, options, from, to }))),
)

describe.each(kernelSets)('gradients of resized images, %s kernels', set => {
  beforeAll(async () => {
    useKernels(set)
    await tf.setBackend('wasm')
  })

  // Both operations are linear, so x and its gradient have the same product as y and the gradient from above. The cpu backend is no
  // oracle: it has images' heights and widths change places.
  it.each(all)('$op, $grid, $size', ({ op, options, from, to }) => {
    const before = tf.memory().numTensors
    const resize = resizes[op as keyof typeof resizes]
    const shape: [number, number, number, number] = [2, ...from, 3]
    const [left, right] = tf.tidy(() => {
      const x = tf.tensor4d(Array.from(input(shape, 1).values), shape)
      const forward = (images: tf.Tensor) => resize(images as tf.Tensor4D, to, ...(options as [boolean, boolean]))
      const y = forward(x)
      const dy = tf.tensor(numbers(y.size, 2), y.shape)
      const dx = tf.grad(forward)(x, dy)
      const places = Array.from({ length: 12 }, (_, i) => (7 * i) % x.size)
      const unit = (place: number) =>
        tf.tensor4d(
          Float32Array.from({ length: x.size }, (_, i) => (i === place ? 1 : 0)),
          shape,
        )
      return [
        places.map(place => dx.dataSync()[place]!),
        places.map(place => tf.sum(tf.mul(forward(unit(place)), dy)).dataSync()[0]!),
      ] as const
    })
    expect(tf.memory().numTensors).toBe(before)
    for (const [i, value] of left.entries()) expect(value).toBeCloseTo(right[i]!, 4)
  })
})
