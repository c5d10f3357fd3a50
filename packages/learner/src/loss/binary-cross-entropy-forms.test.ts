import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, floats, slopes, tensorsLeftBy } from '../testing/numerical.js'
import { useCpu } from '../testing/tiny.js'
import { binary_cross_entropy } from './binary-cross-entropy.js'
import { binary_focal_loss, weighted_binary_cross_entropy } from './binary-cross-entropy-forms.js'

beforeAll(useCpu)

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const bits = [1, 0, 0, 1, 0, 1]
const perLabel = [0.5, 3]

const definitions = [
  {
    what: 'pos_weight',
    make: (fromLogits: boolean) => weighted_binary_cross_entropy({ pos_weight: 4, fromLogits }),
    of: (p: number, t: number) => (t ? -4 * Math.log(p) : -Math.log(1 - p)),
  },
  {
    what: 'pos_weight of each label',
    make: (fromLogits: boolean) => weighted_binary_cross_entropy({ pos_weight: perLabel, fromLogits }),
    of: (p: number, t: number, label: number) => (t ? -perLabel[label]! * Math.log(p) : -Math.log(1 - p)),
  },
  {
    what: 'focal',
    make: (fromLogits: boolean) => binary_focal_loss({ gamma: 1.5, fromLogits }),
    of: (p: number, t: number) => (t ? -((1 - p) ** 1.5) * Math.log(p) : -(p ** 1.5) * Math.log(1 - p)),
  },
  {
    what: 'focal with alpha',
    make: (fromLogits: boolean) => binary_focal_loss({ alpha: 0.25, fromLogits }),
    of: (p: number, t: number) => (t ? -0.25 * (1 - p) ** 2 * Math.log(p) : -0.75 * p ** 2 * Math.log(1 - p)),
  },
]

describe.each(definitions)('$what', ({ make, of }) => {
  it('has the value and the gradient of its definition in float64, from logits and from probabilities', () => {
    fc.assert(
      fc.property(floats(6, -6, 6), pred => {
        const mean = (x: readonly number[]) => x.reduce((sum, each, i) => sum + of(sigmoid(each), bits[i]!, i % 2), 0) / 6
        tf.tidy(() => {
          const target = tf.tensor2d(bits, [3, 2], 'int32')
          const { value, grad } = tf.valueAndGrad(x => make(true)(x, target))(tf.tensor2d(pred, [3, 2]))
          expectClose(value.dataSync(), [mean(pred)])
          expectClose(grad.dataSync(), slopes(mean, pred), 1e-4)
          expectClose(make(false)(tf.sigmoid(tf.tensor2d(pred, [3, 2])), target).dataSync(), [mean(pred)], 1e-4)
        })
      }),
      // At 0 both parts of the stable form have a corner.
      { numRuns: 30, examples: [[[0, 0, -0, 1, 0, -0]]] },
    )
  })
})

it('is finite far out, and without anything to add the plain loss', () => {
  const [pred, target] = [tf.tensor1d([200, -200, 3]), tf.tensor1d([0, 1, 1])]
  for (const loss of [weighted_binary_cross_entropy({ pos_weight: 1 }), binary_focal_loss({ gamma: 0 })])
    expectClose(loss(pred, target).dataSync(), binary_cross_entropy(pred, target).dataSync())
})

it.each<[() => unknown, string]>([
  [() => weighted_binary_cross_entropy({} as never), 'needs pos_weight'],
  [() => weighted_binary_cross_entropy({ pos_weight: -1 }), 'pos_weight must be a number at least 0, but it is -1'],
  [() => binary_focal_loss({ alpha: 2 }), 'alpha must be'],
  [
    () => tf.tidy(() => weighted_binary_cross_entropy({ pos_weight: [1, 2] })(tf.zeros([2, 3]), tf.zeros([2, 3]))),
    '2 weights, [1, 2], but the predictions are for 3 labels',
  ],
])('refuses %#: %s', (call, words) => {
  expect(call).toThrow(words)
  expect(tensorsLeftBy(call)).toBe(0)
})
