import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, floats, shapes, slopes } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'

beforeAll(useCpu)

const logits = [
  [2, -1, 0.5],
  [0, 0, 3],
]
const labels = () => tf.tensor1d([0, 1], 'int32')
const value = (loss: tf.Tensor) => loss.dataSync()[0]!

/** In float64, as it is defined. */
function reference(pred: readonly number[], target: readonly number[], classes: number): number {
  let total = 0
  for (let start = 0; start < pred.length; start += classes) {
    const row = pred.slice(start, start + classes)
    const top = Math.max(...row)
    const norm = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0))
    row.forEach((x, i) => {
      total += target[start + i]! * (norm - x)
    })
  }
  return (total * classes) / pred.length
}

const batches = shapes.chain(([batch, classes]) =>
  fc.record({
    shape: fc.constant([batch, classes] as [number, number]),
    pred: floats(batch * classes, -8, 8),
    soft: floats(batch * classes, 0, 1),
    hard: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch }),
  }),
)

const oneHot = (hard: readonly number[], classes: number) =>
  hard.flatMap(label => Array.from({ length: classes }, (_, i) => Number(i === label)))

describe('cross_entropy', () => {
  it('equals what is worked out by hand', () => {
    const first = -Math.log(Math.exp(2) / (Math.exp(2) + Math.exp(-1) + Math.exp(0.5)))
    const second = -Math.log(1 / (2 + Math.exp(3)))
    expect(value(cross_entropy(tf.tensor2d(logits), labels()))).toBeCloseTo((first + second) / 2, 6)
  })

  it('has the value and the gradient of its definition in float64, for indices, one-hot and soft targets', () => {
    fc.assert(
      fc.property(batches, ({ shape, pred, soft, hard }) => {
        const [, classes] = shape
        const onehot = oneHot(hard, classes)
        const cases: [() => tf.Tensor, number[]][] = [
          [() => tf.tensor1d(hard, 'int32'), onehot],
          [() => tf.tensor2d(onehot, shape, 'int32'), onehot],
          [() => tf.tensor2d(soft, shape), soft],
        ]
        for (const [target, wanted] of cases) {
          tf.tidy(() => {
            const { value: loss, grad } = tf.valueAndGrad(x => cross_entropy(x, target()))(tf.tensor2d(pred, shape))
            expectClose(loss.dataSync(), [reference(pred, wanted, classes)])
            expectClose(
              grad.dataSync(),
              slopes(x => reference(x, wanted, classes), pred),
            )
          })
        }
      }),
      { numRuns: 40 },
    )
  })

  it('passes on what comes from above', () => {
    const grad = (factor: number) =>
      tf
        .grad(x => tf.mul(cross_entropy(x, labels()), factor))(tf.tensor2d(logits))
        .dataSync()
    expectClose(
      grad(3),
      grad(1).map(g => 3 * g),
    )
  })

  it.each<[string, () => tf.Tensor, number[]]>([
    ['indices', labels, [1, 1]],
    ['soft targets', () => tf.tensor2d([[0.2, 0.3, 0.5], [1, 0.5, 0.5]]), [1, 2]], // biome-ignore format: a table
  ])('can be differentiated twice: %s', (_, target, totals) => {
    const direction = [[1, -2, 0.5], [0.3, 1, -1]] // biome-ignore format: a table
    const slope = tf.grad((x: tf.Tensor) => cross_entropy(x, target()))
    const curve = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(slope(x), direction)))(tf.tensor2d(logits))
    const expected = logits.flatMap((row, i) => {
      const sum = row.reduce((total, x) => total + Math.exp(x), 0)
      const p = row.map(x => Math.exp(x) / sum)
      const mean = p.reduce((total, each, k) => total + each * direction[i]![k]!, 0)
      return p.map((each, k) => (totals[i]! * each * (direction[i]![k]! - mean)) / 2)
    })
    expectClose(curve.dataSync(), expected)
  })

  it('stays finite for extreme logits, and knows that they are wrong', () => {
    const { value: loss, grad } = tf.valueAndGrad(x => cross_entropy(x, labels()))(
      tf.tensor2d([
        [1e4, -1e4],
        [1e4, -1e4],
      ]),
    )
    expect(value(loss)).toBe(1e4)
    expect([...grad.dataSync()]).toEqual([0, 0, 0.5, -0.5])
  })

  it('says how predictions become probabilities', () => {
    expectClose(cross_entropy.activation!(tf.tensor2d([[0, Math.log(3)]])).dataSync(), [0.25, 0.75])
  })
})

describe('probability_cross_entropy', () => {
  it('equals cross_entropy of the logits behind the probabilities, value and gradient', () => {
    fc.assert(
      fc.property(batches, ({ shape, pred, hard }) => {
        tf.tidy(() => {
          const target = tf.tensor1d(hard, 'int32')
          const ours = tf.valueAndGrad(x => probability_cross_entropy(tf.softmax(x), target))(tf.tensor2d(pred, shape))
          const theirs = tf.valueAndGrad(x => cross_entropy(x, target))(tf.tensor2d(pred, shape))
          expectClose(ours.value.dataSync(), theirs.value.dataSync(), 1e-4)
          expectClose(ours.grad.dataSync(), theirs.grad.dataSync(), 1e-4)
        })
      }),
      { numRuns: 20 },
    )
  })

  it('takes soft targets', () => {
    const loss = probability_cross_entropy(tf.tensor2d([[0.25, 0.75]]), tf.tensor2d([[0.4, 0.6]]))
    expect(value(loss)).toBeCloseTo(-0.4 * Math.log(0.25) - 0.6 * Math.log(0.75), 6)
  })

  it('stays finite for a probability of 0', () => {
    const { value: loss, grad } = tf.valueAndGrad(x => probability_cross_entropy(x, labels()))(
      tf.tensor2d([
        [0, 1],
        [0, 1],
      ]),
    )
    expect(value(loss)).toBeCloseTo(-Math.log(1e-7) / 2, 3)
    expect([...grad.dataSync()].every(Number.isFinite)).toBe(true)
  })
})

describe.each([{ loss: cross_entropy }, { loss: probability_cross_entropy }])('$loss.name refuses', ({ loss }) => {
  it.each([
    ['another number of samples', [2, 3], [3], 'int32'],
    ['indices that are floats', [2, 3], [2], 'float32'],
    ['probabilities for another number of classes', [1, 3], [1, 2], 'float32'],
    ['a column of indices', [2, 3], [2, 1], 'int32'],
  ] as const)('%s', (_, pred, target, dtype) => {
    expect(() => loss(tf.zeros([...pred]), tf.zeros([...target], dtype))).toThrow(
      `${loss.name} got predictions of shape [${pred}] and ${dtype} targets of shape [${target}]`,
    )
  })

  it('predictions without classes to choose from', () => {
    expect(() => loss(tf.zeros([2, 1]), labels())).toThrow(/shape \[2,1\].*2 classes or more.*binary_cross_entropy/)
    expect(() => loss(tf.zeros([2]), labels())).toThrow(/2 classes or more/)
  })

  it.each([2, -1])('the label %i for two classes', label => {
    expect(() => loss(tf.zeros([2, 2]), tf.tensor1d([0, label], 'int32'))).toThrow(
      `${loss.name} got the label ${label} (sample 1 of the batch), but the predictions are for 2 classes, labels 0 to 1.`,
    )
  })
})

describe('a class for each step or pixel', () => {
  it.each([[[2, 3]], [[2, 2, 2]]])('of %o has the mean and the gradient of all places, from indices and from shares', shape => {
    const random = tf.randomNormal([...shape, 4], 0, 2, 'float32', 1)
    const target = tf.reshape(tf.tensor1d([0, 3, 1, 2, 2, 1, 0, 3].slice(0, tf.util.sizeFromShape(shape)), 'int32'), shape)
    const flat = tf.valueAndGrad(x => cross_entropy(x, target.reshape([-1])))(random.reshape([-1, 4]))
    for (const given of [target, tf.oneHot(target, 4).toFloat()]) {
      const { value, grad } = tf.valueAndGrad(x => cross_entropy(x, given))(random)
      expectClose(value.dataSync(), flat.value.dataSync())
      expectClose(grad.dataSync(), flat.grad.dataSync())
    }
    const each = cross_entropy.each!(random, target)
    expect(each.shape).toEqual([shape[0]])
    expectClose(tf.mean(each).dataSync(), flat.value.dataSync())
  })
})
