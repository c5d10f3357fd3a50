import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { fusedUpdates } from './optimizer.js'

const hyper = { lr: 0.1, mom: 0.9, sqr_mom: 0.99, eps: 1e-5, wd: 0.1, lr_decay: 0.2 }

interface Memory {
  avg: number
  sqr_avg: number
  sum: number
}
const nothing = (): Memory => ({ avg: 0, sqr_avg: 0, sum: 0 })

/** The same step in float64. */
function reference(rule: string, steps: number, p: number, g: number, slots: Memory, decays: boolean): number {
  const { lr, mom, sqr_mom, eps, lr_decay } = hyper
  const wd = decays ? hyper.wd : 0
  const gradient = rule.endsWith('l2') ? g + wd * p : g
  const kept = rule.endsWith('l2') ? p : p * (1 - lr * wd)
  slots.sqr_avg = sqr_mom * slots.sqr_avg + (1 - sqr_mom) * gradient ** 2
  slots.sum += gradient ** 2
  if (rule.startsWith('adam')) {
    slots.avg = mom * slots.avg + (1 - mom) * gradient
    return kept - (lr * (slots.avg / (1 - mom ** steps))) / (Math.sqrt(slots.sqr_avg / (1 - sqr_mom ** steps)) + eps)
  }
  if (rule.startsWith('adagrad')) return kept - ((lr / (1 + (steps - 1) * lr_decay)) * gradient) / (Math.sqrt(slots.sum) + eps)
  const divisor = rule.startsWith('rmsprop') ? Math.sqrt(slots.sqr_avg) + eps : 1
  const summed = rule.includes('torch') ? gradient / divisor : gradient
  slots.avg = rule.includes('momentum') ? mom * slots.avg + summed : summed
  return kept - (lr * slots.avg) / (rule.includes('torch') ? 1 : divisor)
}

beforeAll(() => useKernels('compiled'))
beforeEach(() => tf.setBackend('wasm'))

/** A variable shares the data of the tensor that it starts from. */
const variable = (start: tf.Tensor) => {
  const made = tf.variable(start)
  start.dispose()
  return made
}

const slotsOf = (rule: string, shape: number[]): Record<string, tf.Tensor> => ({
  ...(rule.startsWith('adam') || rule.includes('momentum') ? { avg: tf.zeros(shape) } : {}),
  ...(rule.startsWith('adam') || rule.startsWith('rmsprop') ? { sqr_avg: tf.zeros(shape) } : {}),
  ...(rule.startsWith('adagrad') ? { sum: tf.zeros(shape) } : {}),
})

describe.each(Object.keys(fusedUpdates))('the fused update of %s', rule => {
  it.each([0, 1, 3, 4, 11].flatMap(size => [true, false].map(decays => [size, decays] as const)))(
    'makes the steps of its formula: %i numbers, decaying: %s',
    (size, decays) => {
      const parameter = variable(tf.tensor1d(numbers(size, 1)))
      const slots = slotsOf(rule, [size])
      const expected = [...numbers(size, 1)]
      const memory = expected.map(nothing)
      for (let steps = 1; steps <= 5; steps++) {
        const gradient = tf.tensor1d(numbers(size, 10 + steps))
        expect(fusedUpdates[rule]!({ parameter, gradient, slots, hyper, decays, steps })).toBe(true)
        numbers(size, 10 + steps).forEach((g, i) => {
          expected[i] = reference(rule, steps, expected[i]!, g, memory[i]!, decays)
        })
        expect(gradient.dataSync()).toEqual(numbers(size, 10 + steps))
        gradient.dispose()
      }
      parameter.dataSync().forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6)
      })
      tf.dispose([parameter, slots])
    },
  )

  it('passes NaN and infinity on, to the number that they belong to', () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let at = 0; at < 7; at++) {
        const parameter = variable(tf.tensor1d(numbers(7, 1)))
        const slots = slotsOf(rule, [7])
        const gradient = tf.tensor1d(numbers(7, 2).with(at, special))
        fusedUpdates[rule]!({ parameter, gradient, slots, hyper, decays: true, steps: 1 })
        const expected = reference(rule, 1, numbers(7, 1)[at]!, special, nothing(), true)
        parameter.dataSync().forEach((value, i) => {
          if (i === at) expect(value).toBe(expected)
          else expect(value).toSatisfy(Number.isFinite)
        })
        tf.dispose([parameter, slots, gradient])
      }
    }
  })
})

describe('a fused update', () => {
  const step = (parameter: tf.Variable, shape: number[]) => {
    const [gradient, slots] = [tf.ones(shape), slotsOf('sgd momentum', shape)]
    const done = fusedUpdates['sgd momentum']!({ parameter, gradient, slots, hyper, decays: false, steps: 1 })
    tf.dispose([gradient, slots])
    return done
  }

  it('is seen by stock kernels that pack weights', () => {
    useKernels('composed')
    const weights = variable(tf.ones([4, 4]))
    const x = tf.ones([4, 4]) as tf.Tensor2D
    const product = () => tf.tidy(() => tf.matMul(x, weights as unknown as tf.Tensor2D).dataSync()[0])
    expect(product()).toBe(4)
    expect(step(weights, [4, 4])).toBe(true)
    expect(product()).toBeCloseTo(3.6, 5)
    tf.dispose([weights, x])
    useKernels('compiled')
  })

  it('gives a parameter whose data a clone shares its own: the clone stays, and the bits are those of any step', () => {
    const [weights, alone] = [variable(tf.tensor1d([1, 0.1, -3])), variable(tf.tensor1d([1, 0.1, -3]))]
    const snapshot = tf.clone(weights)
    const before = tf.memory().numTensors
    for (const each of [weights, alone]) expect(step(each, [3])).toBe(true)
    expect(tf.memory().numTensors).toBe(before)
    expect(weights.dataSync()).toEqual(alone.dataSync())
    expect(snapshot.dataSync()).toEqual(Float32Array.of(1, 0.1, -3))
    expect(weights.dataSync()).not.toEqual(snapshot.dataSync())
    tf.dispose([weights, alone, snapshot])
  })

  it('is refused on another backend', async () => {
    await tf.setBackend('cpu')
    const weights = variable(tf.ones([3]))
    expect(step(weights, [3])).toBe(false)
    weights.dispose()
  })
})
