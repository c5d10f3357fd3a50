import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { useKernels } from '../../testing/compare.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

/** Numbers of which some are none. */
const values = (shape: readonly number[]) => {
  const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]
  return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => (i % 3 ? i : special[(i / 3) % 4]!))
}

/** The elements of `all` whose place along each axis is one of those listed, in that order. */
function pick(all: Float32Array, shape: readonly number[], places: readonly number[][]): Float32Array {
  const steps = tf.util.computeStrides([...shape, 1])
  return Float32Array.from(
    places.reduce((at, axis, i) => at.flatMap(from => axis.map(place => from + place * steps[i]!)), [0]),
    i => all[i]!,
  )
}

const sizes = fc.array(fc.constantFrom(1, 2, 3, 4, 5, 6, 17), { minLength: 1, maxLength: 4 })

it('takes every so many elements, forwards and backwards, along any axes, whatever they are', () => {
  const step = fc.constantFrom(-3, -2, -1, 1, 2, 3)
  const axis = (size: number) => fc.record({ begin: fc.integer({ min: 0, max: size - 1 }), step })
  const cuts = sizes.chain(shape => fc.record({ shape: fc.constant(shape), axes: fc.tuple(...shape.map(axis)) }))
  fc.assert(
    fc.property(cuts, ({ shape, axes }) => {
      const places = axes.map(({ begin, step }, i) => {
        const count = Math.floor((step > 0 ? shape[i]! - 1 - begin : begin) / Math.abs(step)) + 1
        return Array.from({ length: count }, (_, j) => begin + j * step)
      })
      const [begin, steps] = [axes.map(cut => cut.begin), axes.map(cut => cut.step)]
      const toTheEnd = 2 ** shape.length - 1
      const cut = tf.tidy(() => tf.stridedSlice(tf.tensor(values(shape), shape), begin, begin, steps, 0, toTheEnd).dataSync())
      expect(cut).toEqual(pick(values(shape), shape, places))
    }),
  )
})

it('repeats along any axes, whatever the elements are', () => {
  const tilings = sizes.chain(shape =>
    fc.record({ shape: fc.constant(shape), reps: fc.tuple(...shape.map(() => fc.integer({ min: 1, max: 3 }))) }),
  )
  fc.assert(
    fc.property(tilings, ({ shape, reps }) => {
      const places = shape.map((size, i) => Array.from({ length: size * reps[i]! }, (_, j) => j % size))
      const tiled = tf.tidy(() => tf.tile(tf.tensor(values(shape), shape), reps).dataSync())
      expect(tiled).toEqual(pick(values(shape), shape, places))
    }),
  )
})
