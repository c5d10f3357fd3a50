import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, type Input, input, numbers, useKernels } from '../../testing/compare.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0]

/** Few different numbers, so that many are equal; some are none. */
const few = (shape: number[], seed: number, dtype: 'float32' | 'int32' = 'float32'): Input => {
  const values = numbers(tf.util.sizeFromShape(shape), seed)
  return {
    shape,
    dtype,
    values: values.map((value, i) => (dtype === 'float32' && i % 11 === seed ? SPECIAL[(i * seed) % 5]! : Math.round(3 * value))),
  }
}

const comparisons = [tf.equal, tf.notEqual, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual]

/** Pairs of shapes that one program can be run on: alike, and with axes that either lacks or has one place of. */
const shapes = fc
  .tuple(fc.array(fc.constantFrom(1, 2, 3, 5, 17), { minLength: 0, maxLength: 4 }), fc.nat(), fc.nat())
  .map(([shape, left, right]) => {
    const thinned = (by: number) =>
      shape.map((size, axis) => ((by >> (2 * axis)) % 4 === 0 ? 1 : size)).slice(by % 5 === 0 ? 1 : 0)
    return [thinned(left), thinned(right)] as const
  })

describe('comparisons', () => {
  it('of floats and integers, whatever is repeated, are those of cpu', async () => {
    const what = fc.record({ shapes, op: fc.constantFrom(...comparisons), dtype: fc.constantFrom('float32', 'int32') })
    await fc.assert(
      fc.asyncProperty(what, ({ shapes: [a, b], op, dtype }) =>
        expectSameAsCpu([few(a, 3, dtype as 'float32'), few(b, 4, dtype as 'float32')], (x, y) => op(x!, y!), 0),
      ),
      { numRuns: 150, seed: 8 },
    )
  })

  it.each([
    ['larger', tf.maximum],
    ['smaller', tf.minimum],
  ])('the %s is that of cpu, whatever is repeated, with its gradients', async (_, op) => {
    await fc.assert(
      fc.asyncProperty(shapes, async ([a, b]) => {
        await expectSameAsCpu([few(a, 3), few(b, 4)], (x, y) => op(x!, y!), 0)
      }),
      { numRuns: 60, seed: 9 },
    )
    // Repeated operands have no gradients in TensorFlow.js.
    for (const shape of [[], [1], [3, 7], [2, 1, 16]])
      await expectSameGradients([input(shape, 3), input(shape, 4)], (x, y) => op(x!, y!))
  })

  it.each([0, 1, 3, 4, 15, 16, 33])('of %i numbers are chosen by and joined as on cpu', async n => {
    for (const dtype of ['float32', 'int32'] as const) {
      await expectSameAsCpu(
        [few([n], 1, dtype), few([n], 2, dtype)],
        (x, y) => {
          const [more, same] = [tf.greater(x!, y!), tf.equal(x!, y!)]
          return [tf.where(more, x!, y!), tf.logicalOr(more, same), tf.logicalAnd(more, tf.logicalNot(same))]
        },
        0,
      )
    }
  })

  it('choose with the gradients of cpu', async () => {
    await expectSameGradients([input([3, 5], 1), input([3, 5], 2)], (x, y) =>
      tf.where(tf.greater(tf.tensor(numbers(15, 3), [3, 5]), 0), tf.square(x!), y!),
    )
    await expectSameGradients([input([4, 9], 1)], x => tf.clipByValue(x!, -0.5, 0.5))
  })
})

describe('the largest and smallest', () => {
  it.each([
    ['largest', tf.max],
    ['smallest', tf.min],
  ])('the %s over any axes is that of cpu, NaN where one is', async (_, op) => {
    const what = fc.record({
      shape: fc.array(fc.constantFrom(1, 2, 3, 5, 17), { minLength: 0, maxLength: 4 }),
      over: fc.nat(),
      keepDims: fc.boolean(),
      special: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(what, ({ shape, over, keepDims, special }) => {
        const axes = shape.map((_, axis) => axis).filter(axis => (over >> axis) % 2 === 1)
        const x = special ? few(shape, 3) : input(shape, 3)
        return expectSameAsCpu([x], x => op(x!, axes.length ? axes : undefined, keepDims), 0)
      }),
      { numRuns: 80, seed: 10 },
    )
  })
})
