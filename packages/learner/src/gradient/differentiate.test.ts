import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Parameter } from '../optimizer/parameter.js'
import { useCpu } from '../testing/tiny.js'
import { differentiate } from './differentiate.js'

beforeAll(useCpu)

let x: tf.Tensor2D
let parameters: Parameter[]
const variable = (name: string) => parameters.find(parameter => parameter.name === name)!.variable as tf.Variable<tf.Rank.R2>

beforeEach(() => {
  x = tf.tensor2d([
    [1, 2],
    [3, -4],
  ])
  parameters = ['first', 'second', 'unused'].map(name => ({
    name,
    variable: tf.variable(
      tf.tensor2d([
        [0.5, -1],
        [2, 1],
      ]),
    ),
    kind: 'weight',
  }))
})
afterEach(() => {
  tf.dispose([x, ...parameters.map(({ variable }) => variable)])
})

/** A small network, step by step. */
const steps: ((h: tf.Tensor2D) => tf.Tensor2D)[] = [
  h => tf.matMul(h, variable('first')),
  h => tf.relu(h),
  h => tf.matMul(h, variable('second')),
  h => tf.sigmoid(h),
  h => tf.logSoftmax(h),
]
const network = (until = steps.length) => steps.slice(0, until).reduce((h, step) => step(h), x)
const tensors = () => tf.memory().numTensors

it('gives gradients by the parameters’ own names, and none for what does not reach the loss', () => {
  const before = tensors()
  let loss!: tf.Scalar
  const grads = differentiate(() => {
    loss = tf.keep(tf.mean(network()) as tf.Scalar)
    return loss
  }, parameters)
  expect(Object.keys(grads)).toEqual(['first', 'second'])
  expect(tensors()).toBe(before + 3)
  const { grads: expected } = tf.variableGrads(() => tf.mean(network()), [variable('first')])
  expect(grads['first']!.dataSync()).toEqual(expected[variable('first').name]!.dataSync())
})

describe('leaves nothing behind when the forward pass throws', () => {
  it.each(steps.map((_, step) => step))('after step %i', step => {
    const before = tensors()
    const thrown = new Error('no')
    const failing = () =>
      differentiate(() => {
        network(step)
        throw thrown
      }, parameters)
    expect(failing).toThrow(thrown)
    expect(tensors()).toBe(before)
    expect(tf.engine().state).toMatchObject({ gradientDepth: 0, activeTape: null })
  })

  it('in an operation itself', () => {
    const before = tensors()
    const said = tf.getBackend() === 'tensorflow' ? /Matrix size/ : /matMul/
    expect(() => differentiate(() => tf.mean(tf.matMul(network(4), tf.zeros([3, 3]))), parameters)).toThrow(said)
    expect(tensors()).toBe(before)
  })

  it('in the backward pass', () => {
    const before = tensors()
    let loss!: tf.Scalar
    const broken = tf.customGrad(h => ({
      value: tf.square(h as tf.Tensor),
      gradFunc: () => {
        throw new Error('no way back')
      },
    }))
    const forward = () => {
      loss = tf.mean(broken(network()))
      return loss
    }
    expect(() => differentiate(forward, parameters)).toThrow('no way back')
    loss.dispose()
    expect(tensors()).toBe(before)
    expect(tf.engine().state).toMatchObject({ gradientDepth: 0, activeTape: null })
  })
})

describe('a gradient inside the forward pass', () => {
  /** The loss plus the squared gradient by the input: a gradient penalty. */
  const penalized = () => {
    const slope = tf.grad(input => tf.sum(tf.square(tf.matMul(input as tf.Tensor2D, variable('first')))))(x)
    return tf.sum(tf.square(slope)) as tf.Scalar
  }

  it('is differentiated as well', () => {
    const { first } = differentiate(penalized, parameters)
    const step = 1e-2
    const values = [...variable('first').dataSync()]
    const at = (i: number, by: number) => {
      variable('first').assign(
        tf.tensor2d(
          values.map((v, j) => (i === j ? v + by : v)),
          [2, 2],
        ),
      )
      return penalized().dataSync()[0]!
    }
    const expected = values.map((_, i) => (at(i, step) - at(i, -step)) / (2 * step))
    for (const [i, slope] of expected.entries()) expect(first!.dataSync()[i]! / slope).toBeCloseTo(1, 2)
  })

  it('that throws leaves nothing behind, and the outer one goes on', () => {
    const before = tensors()
    const outer = () =>
      differentiate(() => {
        const h = network()
        expect(() =>
          differentiate(() => {
            tf.square(variable('first'))
            throw new Error('inner')
          }, parameters),
        ).toThrow('inner')
        return tf.mean(h) as tf.Scalar
      }, parameters)
    const grads = outer()
    expect(Object.keys(grads)).toEqual(['first', 'second'])
    tf.dispose(grads)
    // The loss is the caller's.
    expect(tensors()).toBe(before + 1)
  })
})

it('refuses a loss that no parameter reaches', () => {
  let loss!: tf.Scalar
  const before = tensors()
  const read = () => {
    loss = tf.tidy(() => tf.scalar((tf.mean(network()) as tf.Scalar).dataSync()[0]!))
    return loss
  }
  expect(() => differentiate(read, parameters)).toThrow(/does not depend on any parameter/)
  loss.dispose()
  expect(tensors()).toBe(before)
})
