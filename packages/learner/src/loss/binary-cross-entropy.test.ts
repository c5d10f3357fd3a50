import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, floats, shapes, slopes } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'

beforeAll(useCpu)

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** In float64, as it is defined. */
const reference = (pred: readonly number[], target: readonly number[]) =>
  pred.reduce((sum, x, i) => {
    const p = sigmoid(x)
    return sum - target[i]! * Math.log(p) - (1 - target[i]!) * Math.log(1 - p)
  }, 0) / pred.length

const batches = shapes.chain(([batch, k]) =>
  fc.record({
    shape: fc.constant([batch, k] as [number, number]),
    pred: floats(batch * k, -6, 6),
    target: floats(batch * k, 0, 1),
  }),
)

describe('binary_cross_entropy', () => {
  it('equals what is worked out by hand, for [batch, 1] against [batch] labels', () => {
    const loss = binary_cross_entropy(tf.tensor2d([[3], [-1]]), tf.tensor1d([1, 1], 'int32'))
    expect(loss.dataSync()[0]).toBeCloseTo((Math.log(1 + Math.exp(-3)) + Math.log(1 + Math.E)) / 2, 6)
  })

  it('has the value and the gradient of its definition in float64', () => {
    fc.assert(
      fc.property(batches, ({ shape, pred, target }) => {
        tf.tidy(() => {
          const { value, grad } = tf.valueAndGrad(x => binary_cross_entropy(x, tf.tensor2d(target, shape)))(
            tf.tensor2d(pred, shape),
          )
          expectClose(value.dataSync(), [reference(pred, target)])
          expectClose(
            grad.dataSync(),
            slopes(x => reference(x, target), pred),
          )
        })
      }),
      { numRuns: 40 },
    )
  })

  it('has a gradient at the logit 0, where its parts have none', () => {
    expectClose(
      tf
        .grad(x => binary_cross_entropy(x, tf.tensor1d([1, 0])))(tf.tensor1d([0, 0]))
        .dataSync(),
      [-0.25, 0.25],
    )
  })

  it('stays finite for extreme logits, and knows which are wrong', () => {
    const { value, grad } = tf.valueAndGrad(x => binary_cross_entropy(x, tf.tensor1d([1, 0, 1, 0])))(
      tf.tensor1d([1e4, 1e4, -1e4, -1e4]),
    )
    expect(value.dataSync()[0]).toBe(5e3)
    expect([...grad.dataSync()]).toEqual([0, 0.25, -0.25, 0])
  })

  it('says how predictions become probabilities', () => {
    expectClose(binary_cross_entropy.activation!(tf.tensor1d([0, Math.log(3)])).dataSync(), [0.5, 0.75])
  })
})

describe('probability_binary_cross_entropy', () => {
  it('equals binary_cross_entropy of the logits behind the probabilities, value and gradient', () => {
    fc.assert(
      fc.property(batches, ({ shape, pred, target }) => {
        tf.tidy(() => {
          const wanted = tf.tensor2d(target, shape)
          const ours = tf.valueAndGrad(x => probability_binary_cross_entropy(tf.sigmoid(x), wanted))(tf.tensor2d(pred, shape))
          expectClose(ours.value.dataSync(), [reference(pred, target)], 1e-4)
          expectClose(
            ours.grad.dataSync(),
            slopes(x => reference(x, target), pred),
            1e-4,
          )
        })
      }),
      { numRuns: 20 },
    )
  })

  it('stays finite for the probabilities 0 and 1', () => {
    const { value, grad } = tf.valueAndGrad(x => probability_binary_cross_entropy(x, tf.tensor1d([1, 0])))(tf.tensor1d([0, 1]))
    expect(value.dataSync()[0]).toBeGreaterThan(15)
    expect([value.dataSync()[0]!, ...grad.dataSync()].every(Number.isFinite)).toBe(true)
  })
})

describe.each([{ loss: binary_cross_entropy }, { loss: probability_binary_cross_entropy }])('$loss.name refuses', ({ loss }) => {
  it('shapes that do not fit', () => {
    expect(() => loss(tf.zeros([2, 3]), tf.zeros([2, 2]))).toThrow(/shape \[2,3\] and float32 targets of shape \[2,2\]/)
    expect(() => loss(tf.zeros([2, 1]), tf.zeros([1, 2]))).toThrow(/one target for each prediction/)
  })

  it('a label that is neither yes nor no', () => {
    expect(() => loss(tf.zeros([2, 1]), tf.tensor1d([0, 2], 'int32'))).toThrow(/label 2 \(sample 1.*labels 0 to 1/)
  })
})
