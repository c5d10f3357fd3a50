import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, floats, shapes, slopes } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { mae, mse } from './regression.js'

beforeAll(useCpu)

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe.each([
  { loss: mse, penalty: (d: number) => d * d },
  { loss: mae, penalty: Math.abs },
])('$loss.name', ({ loss, penalty }) => {
  it('has the value and the gradient of its definition in float64', () => {
    const reference = (pred: readonly number[], target: readonly number[]) => mean(pred.map((p, i) => penalty(p - target[i]!)))
    const batches = shapes.chain(([batch, k]) => fc.tuple(fc.constant([batch, k] as [number, number]), floats(batch * k, -9, 9)))
    fc.assert(
      fc.property(batches, ([shape, pred]) => {
        // Whole steps away, because the absolute value has no slope at 0.
        const target = pred.map((p, i) => Math.fround(p + (i % 2 ? 1 : -2)))
        tf.tidy(() => {
          const { value, grad } = tf.valueAndGrad(x => loss(x, tf.tensor2d(target, shape)))(tf.tensor2d(pred, shape))
          expectClose(value.dataSync(), [reference(pred, target)])
          expectClose(
            grad.dataSync(),
            slopes(x => reference(x, target), pred),
          )
        })
      }),
      { numRuns: 30 },
    )
  })

  it('compares [batch, 1] with [batch] element by element, and integers as numbers', () => {
    const pred = tf.tensor2d([[1], [2], [4]])
    const expected = mean([1, -2, -5].map(penalty))
    expect(loss(pred, tf.tensor1d([0, 4, 9])).dataSync()[0]).toBeCloseTo(expected, 6)
    expect(loss(pred, tf.tensor1d([0, 4, 9], 'int32')).dataSync()[0]).toBeCloseTo(expected, 6)
  })

  it.each([
    [
      [2, 3],
      [2, 2],
    ],
    [
      [2, 1],
      [1, 2],
    ],
    [
      [2, 2, 3],
      [2, 3, 2],
    ],
    [[3, 1], [1]],
  ])('refuses predictions [%s] for targets [%s]', (pred, target) => {
    expect(() => loss(tf.zeros(pred), tf.zeros(target))).toThrow(
      `${loss.name} got predictions of shape [${pred}] and float32 targets of shape [${target}]`,
    )
  })
})
