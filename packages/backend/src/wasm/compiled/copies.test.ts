import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, type Input, input, useKernels } from '../../testing/compare.js'

beforeAll(() => useKernels('compiled'))

const integers = (shape: number[]): Input => ({
  shape,
  values: Array.from(input(shape).values, value => Math.round(1000 * value)),
  dtype: 'int32',
})
const special = (shape: number[]): Input => {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 2, 3, 4]
  return { shape, values: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => odd[i % 7]!) }
}

/** A shape with one of its axes. */
const shapeAndAxis = fc
  .array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })
  .chain(shape => fc.tuple(fc.constant(shape), fc.integer({ min: 0, max: shape.length - 1 })))

describe('compiled transpose', () => {
  it('reorders any axes', async () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 7 }), fc.constantFrom(1, 16, 21, 33))
    const orders = fc
      .array(sizes, { minLength: 1, maxLength: 5 })
      .filter(shape => tf.util.sizeFromShape(shape) < 40_000)
      .chain(shape =>
        fc.tuple(
          fc.constant(shape),
          fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
        ),
      )
    await fc.assert(
      fc.asyncProperty(orders, ([shape, perm]) => expectSameAsCpu([input(shape)], x => tf.transpose(x!, perm), 0)),
      { numRuns: 150, seed: 41 },
    )
  })

  it.each<[string, number[], number[]]>([
    ['a matrix', [70, 45], [1, 0]],
    ['a row', [1, 45], [1, 0]],
    ['channels first', [3, 9, 7, 20], [0, 3, 1, 2]],
    ['channels last', [3, 20, 9, 7], [0, 2, 3, 1]],
    ['heads', [2, 9, 4, 8], [0, 2, 1, 3]],
    ['batch last', [20, 5, 6, 18], [3, 1, 2, 0]],
    ['six axes', [2, 3, 4, 5, 2, 3], [5, 3, 1, 0, 4, 2]],
    ['nothing', [0, 3], [1, 0]],
  ])('%s, of floats and of integers, with its gradient', async (_, shape, perm) => {
    await expectSameAsCpu([input(shape)], x => tf.transpose(x!, perm), 0)
    await expectSameAsCpu([integers(shape)], x => tf.transpose(x!, perm), 0)
    await expectSameGradients([input(shape)], x => tf.transpose(x!, perm))
  })

  it('moves NaN and infinity, and leaves booleans to TensorFlow.js', async () => {
    await expectSameAsCpu([special([9, 6])], x => [tf.transpose(x!), tf.transpose(tf.isNaN(x!))], 0)
  })

  it('shares the data where no element moves', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const x = tf.ones([1, 5, 1, 3])
      const y = tf.transpose(x, [1, 0, 3, 2])
      expect(y.dataId).toBe(x.dataId)
      expect(y.shape).toEqual([5, 1, 3, 1])
      x.dispose()
      expect(y.dataSync()[14]).toBe(1)
    })
  })
})

describe('compiled parts', () => {
  it('reverses truths, of which each is a byte', async () => {
    const truths = (x: tf.Tensor) => tf.greater(x, 0)
    for (const shape of [[7], [3, 5], [2, 3, 3], []])
      await expectSameAsCpu(
        [input(shape)],
        x => shape.map((_, axis) => tf.reverse(truths(x!), axis)).concat(tf.reverse(truths(x!))),
        0,
      )
  })

  it('split, unstack and reverse along any axis, with their gradients', async () => {
    await fc.assert(
      fc.asyncProperty(shapeAndAxis, async ([shape, axis]) => {
        const size = shape[axis]!
        const pieces = [Math.floor(size / 2), 0, size - Math.floor(size / 2)]
        await expectSameAsCpu([input(shape)], x => tf.split(x!, pieces, axis), 0)
        await expectSameAsCpu([input(shape)], x => tf.unstack(x!, axis), 0)
        await expectSameAsCpu([input(shape)], x => [tf.reverse(x!, axis), tf.reverse(x!)], 0)
        await expectSameGradients([input(shape)], x => tf.reverse(x!, axis))
        if (size > 1) await expectSameGradients([input(shape)], x => tf.concat(tf.split(x!, size, axis).toReversed(), axis))
      }),
      { numRuns: 40, seed: 42 },
    )
  })

  it('of integers, of NaN and infinity, and of nothing', async () => {
    await expectSameAsCpu([integers([4, 6])], x => [...tf.split(x!, 3, 1), ...tf.unstack(x!, 1), tf.reverse(x!, 1)], 0)
    await expectSameAsCpu([special([4, 6])], x => [...tf.split(x!, 3, -1), ...tf.unstack(x!, -1), tf.reverse(x!, -1)], 0)
    await expectSameAsCpu([input([0, 6])], x => [...tf.split(x!, 3, 1), tf.reverse(x!, 1)], 0)
  })

  it('slice with steps: a plain part, a whole, and an empty one', async () => {
    await expectSameAsCpu(
      [input([5, 7])],
      x => [
        tf.stridedSlice(x!, [1, 0], [3, 7], [1, 1]),
        tf.stridedSlice(x!, [0, 0], [5, 7], [1, 1]),
        tf.stridedSlice(x!, [3, 0], [1, 7], [2, 1]),
      ],
      0,
    )
  })
})

describe('compiled joins', () => {
  it('concatenate and stack along any axis, with their gradients', async () => {
    await fc.assert(
      fc.asyncProperty(shapeAndAxis, fc.integer({ min: 0, max: 3 }), async ([shape, axis], other) => {
        const inputs = [input(shape, 1), input(shape.with(axis, other), 2), input(shape, 3)]
        await expectSameAsCpu(inputs, (...xs) => tf.concat(xs, axis), 0)
        await expectSameGradients([inputs[0]!, inputs[2]!], (...xs) => tf.concat(xs, axis))
        await expectSameAsCpu([inputs[0]!, inputs[2]!], (...xs) => [tf.stack(xs, axis), tf.stack(xs, shape.length)], 0)
        await expectSameGradients([inputs[0]!, inputs[2]!], (...xs) => tf.stack(xs, axis))
      }),
      { numRuns: 40, seed: 43 },
    )
  })

  it('of integers, of scalars, of one, and of nothing', async () => {
    await expectSameAsCpu([integers([2, 3]), integers([2, 3])], (a, b) => [tf.concat([a!, b!], 1), tf.stack([a!, b!], 1)], 0)
    await expectSameAsCpu([input([]), input([])], (a, b) => tf.stack([a!, b!]), 0)
    await expectSameAsCpu([input([2, 3]), input([2, 0])], (a, b) => [tf.concat([a!, b!], 1), tf.concat([b!, b!], 1)], 0)
    await expectSameAsCpu([special([2, 3]), input([2, 3])], (a, b) => [tf.concat([a!, b!], 1), tf.stack([a!], 1)], 0)
  })

  it('pad any axes with any number, with the gradient', async () => {
    const edge = fc.integer({ min: 0, max: 3 })
    const padded = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), edge, edge), { minLength: 1, maxLength: 5 }).map(axes => ({
      shape: axes.map(([size]) => size),
      paddings: axes.map(([, before, after]): [number, number] => [before, after]),
    }))
    await fc.assert(
      fc.asyncProperty(padded, async ({ shape, paddings }) => {
        await expectSameAsCpu([input(shape)], x => [tf.pad(x!, paddings), tf.pad(x!, paddings, -1.5)], 0)
        await expectSameAsCpu([integers(shape)], x => tf.pad(x!, paddings, 7), 0)
        await expectSameGradients([input(shape)], x => tf.pad(x!, paddings))
      }),
      { numRuns: 40, seed: 44 },
    )
    const sides: [number, number][] = [
      [1, 1],
      [0, 2],
    ]
    await expectSameAsCpu([input([0, 3]), special([2, 3])], (a, b) => [tf.pad(a!, sides, 2), tf.pad(b!, sides, Number.NaN)], 0)
  })
})

describe('compiled gather', () => {
  it('looks slices up along any axis, with the gradient', async () => {
    const lookups = shapeAndAxis.chain(([shape, axis]) =>
      fc.record({
        shape: fc.constant(shape),
        axis: fc.constant(axis),
        indices: fc.array(fc.integer({ min: 0, max: shape[axis]! - 1 }), { minLength: 1, maxLength: 9 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(lookups, async ({ shape, axis, indices }) => {
        const ids: Input = { shape: [indices.length], values: indices, dtype: 'int32' }
        await expectSameAsCpu([input(shape), ids], (x, i) => tf.gather(x!, i as tf.Tensor1D, axis), 0)
        await expectSameGradients([input(shape), ids], (x, i) => tf.gather(x!, i as tf.Tensor1D, axis))
      }),
      { numRuns: 60, seed: 45 },
    )
  })

  it('with indices of two axes, in batches, of integers, of NaN and infinity, and of nothing', async () => {
    const ids: Input = { shape: [2, 3], values: [0, 3, 1, 1, 2, 0], dtype: 'int32' }
    await expectSameAsCpu([input([4, 5]), ids], (x, i) => tf.gather(x!, i as tf.Tensor2D), 0)
    await expectSameAsCpu([input([2, 4, 5]), ids], (x, i) => tf.gather(x!, i as tf.Tensor2D, 1, 1), 0)
    await expectSameAsCpu([integers([4, 5]), ids], (x, i) => tf.gather(x!, i as tf.Tensor2D), 0)
    await expectSameAsCpu([special([4, 5]), ids], (x, i) => tf.gather(x!, i as tf.Tensor2D), 0)
    const none: Input = { shape: [0], values: [], dtype: 'int32' }
    await expectSameAsCpu([input([4, 5]), none], (x, i) => tf.gather(x!, i as tf.Tensor1D), 0)
  })

  it.each([-1, 4])('refuses the index %i of four', async index => {
    await tf.setBackend('wasm')
    expect(() => tf.tidy(() => tf.gather(tf.ones([4, 2]), tf.tensor1d([0, index], 'int32')))).toThrow(
      /index value -?\d is not in \[0, 3]/,
    )
  })
})
