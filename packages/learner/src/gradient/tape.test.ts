import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { differentiateBy } from './tape.js'

beforeAll(useCpu)

const tensors = () => tf.memory().numTensors

/** An operation of two inputs whose gradients are one and the same tensor. */
const sumOf = tf.customGrad((a, b) => ({
  value: tf.add(a as tf.Tensor, b as tf.Tensor),
  gradFunc: dy => [dy, dy] as unknown as tf.Tensor,
}))

/** Twice the sum of three inputs, whose gradients are one tensor of the operation's own. */
const twiceTheSum = tf.customGrad((a, b, c) => ({
  value: tf.mul(tf.addN([a as tf.Tensor, b as tf.Tensor, c as tf.Tensor]), 2),
  gradFunc: dy => {
    const dx = tf.mul(dy as tf.Tensor, 2)
    return [dx, dx, dx] as unknown as tf.Tensor
  },
}))

/** Half the square: its gradient is what it has saved, while nothing but ones comes from above. */
const halfSquare = tf.customGrad((h, save) => {
  ;(save as tf.GradSaveFunc)([h as tf.Tensor])
  return { value: tf.mul(tf.square(h as tf.Tensor), 0.5), gradFunc: (_, [saved]) => saved! }
})

/** Passes its input on, and tells how many tensors there are on the way back. */
const counting = (told: number[]) =>
  tf.customGrad(h => ({
    value: tf.mul(h as tf.Tensor, 1),
    gradFunc: dy => {
      told.push(tensors())
      return tf.mul(dy as tf.Tensor, 1)
    },
  }))

const programs: [name: string, program: (x: tf.Tensor1D, w: tf.Tensor1D) => tf.Scalar][] = [
  ['a tensor that is used several times', (x, w) => tf.sum(tf.add(tf.mul(tf.square(w), x), tf.mul(w, w)))],
  ['a gradient that is passed on as it is', (x, w) => tf.sum(sumOf(sumOf(w, x), tf.mul(w, x)))],
  ['a gradient that is what was saved', (x, w) => tf.sum(halfSquare(tf.mul(w, x)))],
  ['several outputs, not all of them used', (x, w) => tf.sum(tf.mul(tf.split(tf.mul(w, x), 2)[1]!, 3))],
  ['a part that does not depend on anything', (x, w) => tf.sum(tf.add(tf.mul(w, 2), tf.exp(x)))],
]

describe('differentiateBy', () => {
  it('differentiates what is taken apart into one part, which tf.grads did not', () => {
    const [x, w] = [tf.tensor1d([1, -2]), tf.tensor1d([0.3, 0.2])]
    let loss!: tf.Scalar
    const gradients = differentiateBy(() => {
      loss = tf.sum(tf.mul(tf.unstack(tf.expandDims(x))[0]!, w))
      return loss
    }, [x])
    expect([...gradients[0]!.dataSync()]).toEqual([...w.dataSync()])
    tf.dispose([x, w, loss, ...(gradients as tf.Tensor[])])
  })

  it.each(programs)('gives what tf.grads gives: %s', (_, program) => {
    const [x, w] = [tf.tensor1d([1, -2, 3, 0.5]), tf.tensor1d([0.3, 0.2, -1, 2])]
    const before = tensors()
    const expected = tf.tidy(() =>
      tf
        .grads((a, b) => program(a as tf.Tensor1D, b as tf.Tensor1D))([x, w])
        .map(g => [...g.dataSync()]),
    )
    let loss!: tf.Scalar
    const gradients = differentiateBy(() => {
      loss = program(x, w)
      return loss
    }, [x, w])
    expect(gradients.map(gradient => [...gradient!.dataSync()])).toEqual(expected)
    expect(tensors()).toBe(before + 3)
    tf.dispose([x, w, loss, ...(gradients as tf.Tensor[])])
  })

  it('gives gradients that are one tensor to each of two inputs, which tf.grads frees with the first of them', () => {
    const [x, w] = [tf.tensor1d([1, -2]), tf.tensor1d([0.5, 2])]
    const gradients = differentiateBy(() => tf.sum(tf.mul(sumOf(w, tf.square(w)), sumOf(w, x))), [x, w])
    // (w + w^2)(w + x)
    expect(gradients.map(gradient => [...gradient!.dataSync()])).toEqual([
      [0.75, 6],
      [2 * 1.5 + 0.75, 6],
    ])
  })

  it.each([0, 1, 2])('gives it to each of three inputs, of which all but number %i are one', place => {
    const [x, w] = [tf.tensor1d([1, -2]), tf.tensor1d([0.5, 2])]
    const before = tensors()
    let loss!: tf.Scalar
    const gradients = differentiateBy(() => {
      loss = tf.sum(twiceTheSum(...[0, 1, 2].map(i => (i === place ? x : w))))
      return loss
    }, [x, w])
    expect(gradients.map(gradient => [...gradient!.dataSync()])).toEqual([
      [2, 2],
      [4, 4],
    ])
    tf.dispose([loss, ...(gradients as tf.Tensor[])])
    expect(tensors()).toBe(before)
  })

  it('leaves a gradient that belongs to the program alone', () => {
    const [w, slope] = [tf.tensor1d([3, 4]), tf.tensor1d([5, 6])]
    const sloped = tf.customGrad(h => ({ value: tf.mul(h as tf.Tensor, 1), gradFunc: () => slope }))
    for (const program of [() => tf.sum(sloped(w)), () => tf.sum(sloped(tf.mul(w, 1)))] as (() => tf.Scalar)[]) {
      const [gradient] = differentiateBy(program, [w])
      expect([...gradient!.dataSync()]).toEqual([5, 6])
      gradient!.dispose()
      expect([...slope.dataSync()]).toEqual([5, 6])
    }
  })

  it('goes through what a condition has chosen, and not through the condition', () => {
    const w = tf.tensor1d([3, -4, 1])
    let loss!: tf.Scalar
    const [gradient] = differentiateBy(() => {
      loss = tf.sum(tf.where(tf.logicalAnd(tf.greater(w, 0), tf.less(w, 2)), tf.square(w), tf.mul(w, 10)))
      return loss
    }, [w])
    expect([...gradient!.dataSync()]).toEqual([10, 10, 2])
    tf.dispose([loss, gradient!])
  })

  it('gives no gradient by what the result does not depend on', () => {
    const [x, w] = [tf.scalar(2), tf.scalar(3)]
    const gradients = differentiateBy(() => tf.square(w), [x, w])
    expect(gradients[0]).toBeUndefined()
    expect(gradients[1]!.dataSync()[0]).toBe(6)
  })

  it('lets a gradient function differentiate what it computes again, and leaves nothing behind', () => {
    const [x, w] = [tf.tensor1d([1, -2]), tf.tensor1d([0.5, 2])]
    const before = tensors()
    const cube = (h: tf.Tensor) => tf.mul(tf.square(h), h)
    const recomputed = tf.customGrad((h, save) => {
      ;(save as tf.GradSaveFunc)([h as tf.Tensor])
      return { value: cube(h as tf.Tensor), gradFunc: (dy, [saved]) => tf.grad(cube)(saved!, dy as tf.Tensor) }
    })
    let loss!: tf.Scalar
    const [gradient] = differentiateBy(() => {
      loss = tf.sum(tf.mul(tf.square(x), recomputed(w)))
      return loss
    }, [w])
    // x^2 3 w^2
    expect([...gradient!.dataSync()]).toEqual([0.75, 48])
    tf.dispose([loss, gradient!])
    expect(tensors()).toBe(before)
  })

  it.each<[string, (x: tf.Tensor) => tf.Tensor, (x: number) => number]>([
    ['tanh', tf.tanh, x => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2)],
    ['exp', tf.exp, Math.exp],
    ['sigmoid', tf.sigmoid, x => (Math.exp(-x) * (Math.exp(-x) - 1)) / (1 + Math.exp(-x)) ** 3],
    ['square', tf.square, () => 2],
  ])('differentiates a gradient that is computed from what was saved of an output (tfjs#3252): %s', (_, f, curve) => {
    const w = tf.tensor1d([-1, 0.3, 2])
    const before = tensors()
    let loss!: tf.Scalar
    const [gradient] = differentiateBy(() => {
      loss = tf.sum(tf.grad(f)(tf.mul(w, 1)))
      return loss
    }, [w])
    for (const [i, x] of w.dataSync().entries()) expect(gradient!.dataSync()[i]).toBeCloseTo(curve(x), 5)
    tf.dispose([loss, gradient!])
    expect(tensors()).toBe(before)
  })

  it('holds fewer tensors on the way back than tf.grads does', () => {
    const [x, w] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])]
    const told: number[] = []
    const layers = (h: tf.Tensor) => {
      for (let i = 0; i < 6; i++) h = tf.sigmoid(tf.mul(h, x))
      return tf.sum(h) as tf.Scalar
    }
    const program = (a: tf.Tensor) => layers(counting(told)(a))
    const base = tensors()
    tf.dispose(tf.grad(program)(w))
    const gradients = differentiateBy(() => program(w), [w])
    tf.dispose(gradients as tf.Tensor[])
    const [theirs, ours] = told.map(count => count - base) as [number, number]
    expect(ours).toBeLessThan(theirs / 2)
  })

  it.each<[string, (dy: tf.Tensor) => tf.Tensor, RegExp]>([
    ['another shape', dy => tf.concat([dy, dy]), /is float32 of shape \[4\]; expected float32 of shape \[2\]/],
    ['another type', dy => tf.cast(dy, 'int32'), /is int32 of shape \[2\]; expected float32 of shape \[2\]/],
  ])('refuses a gradient of %s', (_, gradFunc, message) => {
    const w = tf.tensor1d([3, 4])
    const before = tensors()
    const wrong = tf.customGrad(h => ({ value: tf.mul(h as tf.Tensor, 2), gradFunc: dy => gradFunc(dy as tf.Tensor) }))
    let loss!: tf.Scalar
    const forward = () => {
      loss = tf.sum(wrong(w))
      return loss
    }
    expect(() => differentiateBy(forward, [w])).toThrow(message)
    loss.dispose()
    expect(tensors()).toBe(before)
  })
})
