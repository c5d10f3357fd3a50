import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { accuracy, accuracy_thresh, error_rate, top_k_accuracy } from '../metric/classification.js'
import { expectClose, floats, slopes } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import { focal_loss, label_smoothing_cross_entropy, weighted_cross_entropy } from './cross-entropy-forms.js'
import { type LossFunction, lossFunction } from './loss-function.js'
import { mae, mse } from './regression.js'
import { weightedMean } from './weighted-mean.js'

beforeAll(useCpu)

const [samples, k] = [4, 3]
const labels = [2, 0, 1, 2]
const ofFour = floats(samples * k, -4, 4)
const weights = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: samples, maxLength: samples })
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits)
  const powers = logits.map(x => Math.exp(x - top))
  return powers.map(power => power / powers.reduce((a, b) => a + b))
}

/** sum(w l) / sum(w) of losses of rows, in float64. */
function reference(pred: readonly number[], w: readonly number[], ofRow: (row: readonly number[], i: number) => number): number {
  const total = w.reduce((a, b) => a + b, 0)
  const sum = w.reduce((sum, each, i) => sum + each * ofRow(pred.slice(i * k, (i + 1) * k), i), 0)
  return total === 0 ? 0 : sum / total
}

const classWeights = [1, 4, 0.5]
const values = [0.5, -1, 2, 0, 1, 1, -2, 0.25, 0, 3, -1, 1]
const bits = [1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0]
const byLabel = () => tf.tensor1d(labels, 'int32')
const cases: [LossFunction, () => tf.Tensor, (row: readonly number[], i: number) => number, number[]?][] = [
  [cross_entropy, byLabel, (row, i) => -Math.log(softmax(row)[labels[i]!]!)],
  [weighted_cross_entropy({ weight: classWeights }), byLabel, (row, i) => -Math.log(softmax(row)[labels[i]!]!), classWeights],
  [
    label_smoothing_cross_entropy({ eps: 0.3 }),
    byLabel,
    (row, i) => -softmax(row).reduce((sum, p, c) => sum + (0.1 + (c === labels[i] ? 0.7 : 0)) * Math.log(p), 0),
  ],
  [focal_loss({ gamma: 2 }), byLabel, (row, i) => -((1 - softmax(row)[labels[i]!]!) ** 2) * Math.log(softmax(row)[labels[i]!]!)],
  [mse, () => tf.tensor2d(values, [samples, k]), (row, i) => mean(row.map((x, j) => (x - values[i * k + j]!) ** 2))],
  [
    binary_cross_entropy,
    () => tf.tensor2d(bits, [samples, k], 'int32'),
    (row, i) => mean(row.map((x, j) => -Math.log(sigmoid(bits[i * k + j] ? x : -x)))),
  ],
] // biome-ignore format: a table

describe.each(cases)('%o of samples with weights', (loss, target, ofRow, ofClass) => {
  /** Weights of samples and of their classes multiply. */
  const both = (w: readonly number[]) => w.map((each, i) => each * (ofClass?.[labels[i]!] ?? 1))

  it('has the value and the gradient of the weighted mean in float64', () => {
    fc.assert(
      fc.property(ofFour, weights, (pred, w) => {
        tf.tidy(() => {
          const [y, ws] = [target(), tf.tensor1d(w)]
          const { value, grad } = tf.valueAndGrad(x => loss(x, y, ws))(tf.tensor2d(pred, [samples, k]))
          expectClose(value.dataSync(), [reference(pred, both(w), ofRow)])
          expectClose(
            grad.dataSync(),
            slopes(x => reference(x, both(w), ofRow), pred),
          )
        })
      }),
      { numRuns: 15 },
    )
  })

  it('has the loss of each sample, of which it is the mean', () => {
    fc.assert(
      fc.property(ofFour, pred => {
        tf.tidy(() => {
          const each = loss.each!(tf.tensor2d(pred, [samples, k]), target())
          expect(each.shape).toEqual([samples])
          expectClose(
            each.dataSync(),
            labels.map((_, i) => ofRow(pred.slice(i * k, (i + 1) * k), i)),
          )
          expectClose(loss(tf.tensor2d(pred, [samples, k]), target()).dataSync(), [reference(pred, both([1, 1, 1, 1]), ofRow)])
        })
      }),
      { numRuns: 15 },
    )
  })
})

it('weighs losses of probabilities and absolute errors too', () => {
  const w = tf.tensor1d([3, 1])
  const one = (loss: LossFunction, pred: number[][], y: tf.Tensor) => loss(tf.tensor2d(pred), y, w).dataSync()[0]
  expect(one(probability_cross_entropy, [[0.9, 0.1], [0.5, 0.5]], tf.tensor1d([0, 1], 'int32'))).toBeCloseTo(-(3 * Math.log(0.9) + Math.log(0.5)) / 4, 6) // biome-ignore format: a table
  expect(one(probability_binary_cross_entropy, [[0.9], [0.5]], tf.tensor1d([1, 0], 'int32'))).toBeCloseTo(-(3 * Math.log(0.9) + Math.log(0.5)) / 4, 6) // biome-ignore format: a table
  expect(one(mae, [[1], [5]], tf.tensor1d([0, 1]))).toBeCloseTo((3 + 4) / 4, 6)
})

it('weighs shares of right answers', () => {
  const pred = tf.tensor2d([[2, 1, 0], [0, 3, 1], [1, 2, 3]]) // biome-ignore format: a table
  const target = tf.tensor1d([0, 0, 2], 'int32')
  const w = tf.tensor1d([1, 2, 5])
  expect(accuracy(pred, target, w).dataSync()[0]).toBeCloseTo(6 / 8, 6)
  expect(error_rate(pred, target, w).dataSync()[0]).toBeCloseTo(2 / 8, 6)
  expect(top_k_accuracy(2)(pred, target, w).dataSync()[0]).toBeCloseTo(6 / 8, 6)
  expect(accuracy_thresh()(tf.tensor1d([1, 1, -1]), tf.tensor1d([1, 0, 0]), w).dataSync()[0]).toBeCloseTo(6 / 8, 6)
})

it('is 0, without slope, where all weights are 0', () => {
  const zero = tf.tensor1d([0, 0])
  const { value, grad } = tf.valueAndGrad(x => weightedMean(tf.square(x), zero))(tf.tensor1d([3, 4]))
  expect([...value.dataSync(), ...grad.dataSync()]).toEqual([0, 0, 0])
})

it('makes a loss of what each element loses', () => {
  const cubes = lossFunction('cubes', (pred, target) => tf.pow(tf.abs(tf.sub(pred, target)), 3))
  const [pred, target] = [tf.tensor2d([[1, 2], [3, 0]]), tf.zeros([2, 2])] // biome-ignore format: a table
  expect(cubes.each!(pred, target).dataSync()).toEqual(Float32Array.of(4.5, 13.5))
  expect(cubes(pred, target).dataSync()[0]).toBeCloseTo(9, 5)
  expect(cubes(pred, target, tf.tensor1d([2, 1])).dataSync()[0]).toBeCloseTo(7.5, 5)
})

it('weighs steps or pixels of samples, and samples that have several', () => {
  const [figures, ofSamples] = [tf.tensor2d([[1, 2], [5, 7]]), tf.tensor1d([1, 3])] // biome-ignore format: a table
  expect(weightedMean(figures, tf.tensor2d([[1, 0], [1, 2]])).dataSync()[0]).toBeCloseTo((1 + 5 + 14) / 4, 6) // biome-ignore format: a table
  expect(weightedMean(figures, ofSamples).dataSync()[0]).toBeCloseTo((1.5 + 18) / 4, 6)
})
