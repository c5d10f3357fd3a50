import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { floats, shapes, tensorsLeftBy } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { accuracy, accuracy_thresh, error_rate, top_k_accuracy } from './classification.js'

beforeAll(useCpu)

const value = (figure: tf.Tensor) => figure.dataSync()[0]!

const pred = () =>
  tf.tensor2d([
    [3, 1, 2],
    [0, 5, 4],
    [1, 2, 9],
    [7, 8, 6],
  ])
const labels = () => tf.tensor1d([0, 2, 2, 0], 'int32')

describe('accuracy', () => {
  it('takes indices, one-hot and soft labels', () => {
    expect(value(accuracy(pred(), labels()))).toBe(0.5)
    expect(value(accuracy(pred(), tf.cast(tf.oneHot(labels() as tf.Tensor1D, 3), 'float32')))).toBe(0.5)
    expect(value(accuracy(pred(), tf.oneHot(labels() as tf.Tensor1D, 3)))).toBe(0.5)
    const soft = tf.tensor2d([
      [0.6, 0.4, 0],
      [0.3, 0.3, 0.4],
      [0.1, 0.1, 0.8],
      [0.5, 0.2, 0.3],
    ])
    expect(value(accuracy(pred(), soft))).toBe(0.5)
  })

  it('and error_rate are the two sides of one figure', () => {
    expect(value(accuracy(pred(), labels())) + value(error_rate(pred(), labels()))).toBe(1)
    expect(value(error_rate(pred(), tf.tensor1d([0, 1, 2, 0], 'int32')))).toBe(0.25)
  })

  it.each([
    [[4], [4], 'int32', /accuracy got predictions of shape \[4\].*accuracy_thresh/],
    [[4, 1], [4], 'int32', /accuracy got predictions of shape \[4,1\].*accuracy_thresh/],
    [[4, 3], [4, 1], 'int32', /targets of shape \[4,1\]/],
    [[4, 3], [1], 'int32', /targets of shape \[1\]/],
    [[4, 3], [4], 'float32', /float32 targets of shape \[4\]/],
  ] as const)('refuses predictions [%s] for targets [%s] %s', (shape, target, dtype, message) => {
    expect(() => accuracy(tf.zeros([...shape]), tf.zeros([...target], dtype))).toThrow(message)
  })

  it('refuses a label that is no class', () => {
    expect(() => accuracy(pred(), tf.tensor1d([0, 1, 2, 3], 'int32'))).toThrow(/label 3 \(sample 3/)
  })
})

describe('top_k_accuracy', () => {
  it('counts a target among the k largest', () => {
    expect([1, 2, 3, 9].map(k => value(top_k_accuracy(k)(pred(), labels())))).toEqual([0.5, 1, 1, 1])
    expect(value(top_k_accuracy(2)(pred(), tf.tensor1d([1, 0, 0, 2], 'int32')))).toBe(0)
  })

  it('gives ties to the first classes, so that k = 1 is accuracy', () => {
    const flat = tf.zeros([4, 4])
    const each = tf.tensor1d([0, 1, 2, 3], 'int32')
    expect([1, 2, 3].map(k => value(top_k_accuracy(k)(flat, each)))).toEqual([0.25, 0.5, 0.75])
    const ranked = (row: readonly number[], k: number) =>
      row
        .map((_, i) => i)
        .sort((a, b) => row[b]! - row[a]! || a - b)
        .slice(0, k)
    const cases = shapes.chain(([batch, classes]) =>
      fc.record({
        k: fc.integer({ min: 1, max: classes }),
        rows: fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: classes, maxLength: classes }), {
          minLength: batch,
          maxLength: batch,
        }),
        hard: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ k, rows, hard }) =>
        tf.tidy(() => {
          const [x, y] = [tf.tensor2d(rows, undefined, 'float32'), tf.tensor1d(hard, 'int32')]
          const hits = rows.filter((row, i) => ranked(row, k).includes(hard[i]!)).length
          expect(value(top_k_accuracy(k)(x, y))).toBeCloseTo(hits / rows.length, 6)
          expect(value(top_k_accuracy(1)(x, y))).toBe(value(accuracy(x, y)))
        }),
      ),
      { numRuns: 60 },
    )
  })

  it('names its column after k', () => {
    expect([top_k_accuracy().name, top_k_accuracy(3).name]).toEqual(['top_5_accuracy', 'top_3_accuracy'])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses k = %s', k => {
    expect(() => top_k_accuracy(k)).toThrow(`k = ${k}`)
  })
})

describe('accuracy_thresh', () => {
  it('judges logits by their probability, or probabilities as they are', () => {
    const logits = tf.tensor2d([[-1], [0.2], [3], [-2]])
    const target = tf.tensor1d([0, 1, 0, 1], 'int32')
    expect(value(accuracy_thresh()(logits, target))).toBe(0.5)
    expect(value(accuracy_thresh({ thresh: 0.6 })(logits, target))).toBe(0.25)
    expect(value(accuracy_thresh({ fromLogits: false })(tf.sigmoid(logits), target))).toBe(0.5)
  })

  it('is the same figure for logits and for their probabilities', () => {
    fc.assert(
      fc.property(floats(6, -5, 5), fc.array(fc.constantFrom(0, 1), { minLength: 6, maxLength: 6 }), (x, y) =>
        tf.tidy(() => {
          const [logits, target] = [tf.tensor2d(x, [3, 2]), tf.tensor2d(y, [3, 2])]
          const hits = x.filter((logit, i) => 1 / (1 + Math.exp(-logit)) > 0.3 === y[i]! > 0).length
          fc.pre(x.every(logit => Math.abs(1 / (1 + Math.exp(-logit)) - 0.3) > 1e-5))
          expect(value(accuracy_thresh({ thresh: 0.3 })(logits, target))).toBeCloseTo(hits / 6, 6)
          expect(value(accuracy_thresh({ thresh: 0.3, fromLogits: false })(tf.sigmoid(logits), target))).toBeCloseTo(hits / 6, 6)
        }),
      ),
      { numRuns: 30 },
    )
  })

  it('refuses shapes that do not fit, and a threshold that is no probability', () => {
    expect(() => accuracy_thresh()(tf.zeros([2, 3]), tf.zeros([2]))).toThrow(/accuracy_thresh got predictions of shape \[2,3\]/)
    expect(() => accuracy_thresh({ thresh: 1.5 })).toThrow(/thresh = 1.5/)
    expect(() => accuracy_thresh({ thresh: Number.NaN })).toThrow(/thresh = NaN/)
  })
})

it.each([accuracy, error_rate, top_k_accuracy(2), accuracy_thresh()].map(metric => [metric.name, metric] as const))(
  '%s leaves nothing behind but its figure, whether it is given or refused',
  (_, metric) => {
    const [x, y, wrong] = [pred(), tf.oneHot(labels() as tf.Tensor1D, 3), tf.zeros([2, 2])]
    expect(tensorsLeftBy(() => metric(x, y))).toBe(1)
    expect(tensorsLeftBy(() => metric(x, wrong))).toBe(0)
  },
)
