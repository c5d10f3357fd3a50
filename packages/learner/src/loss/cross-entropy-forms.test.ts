import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { accuracy } from '../metric/classification.js'
import { MixUp } from '../technique/mixup.js'
import { expectClose, floats, shapes, slopes, tensorsLeftBy } from '../testing/numerical.js'
import { points, useCpu } from '../testing/tiny.js'
import { cross_entropy } from './cross-entropy.js'
import { focal_loss, label_smoothing_cross_entropy, weighted_cross_entropy } from './cross-entropy-forms.js'
import type { LossFunction } from './loss-function.js'

beforeAll(useCpu)

const softmax = (row: readonly number[]) => {
  const largest = Math.max(...row)
  const powers = row.map(x => Math.exp(x - largest))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map(power => power / sum)
}

interface Sample {
  batch: number
  classes: number
  pred: number[]
  labels: number[]
  weight: number[]
  eps: number
  gamma: number
}

const samples: fc.Arbitrary<Sample> = shapes.chain(([batch, classes]) =>
  fc.record({
    batch: fc.constant(batch),
    classes: fc.constant(classes),
    pred: floats(batch * classes, -5, 5),
    labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: batch, maxLength: batch }),
    weight: fc.array(fc.oneof(fc.constant(0), fc.float({ min: 0.0625, max: 4, noNaN: true })), {
      minLength: classes,
      maxLength: classes,
    }),
    eps: fc.double({ min: 0, max: 1, noNaN: true }),
    gamma: fc.double({ min: 0, max: 4, noNaN: true }),
  }),
)

/** In float64, as they are defined: of the label's own probability, and of those of all classes. */
function reference(
  { batch, classes, labels }: Sample,
  pred: readonly number[],
  of: (label: number, p: number[]) => number,
): number {
  let sum = 0
  for (let i = 0; i < batch; i++) sum += of(labels[i]!, softmax(pred.slice(i * classes, (i + 1) * classes)))
  return sum / batch
}

const definitions: [string, (sample: Sample) => LossFunction, (sample: Sample) => (label: number, p: number[]) => number][] = [
  [
    'weighted_cross_entropy',
    ({ weight }) => weighted_cross_entropy({ weight }),
    ({ weight, labels }) => {
      // As a share of the weights of all labels, which the mean over samples is divided by.
      const total = labels.reduce((sum, label) => sum + weight[label]!, 0)
      return (label, p) => (total === 0 ? 0 : (-weight[label]! * labels.length * Math.log(p[label]!)) / total)
    },
  ],
  [
    'label_smoothing_cross_entropy',
    ({ eps }) => label_smoothing_cross_entropy({ eps }),
    ({ eps }) =>
      (label, p) =>
        -(1 - eps) * Math.log(p[label]!) - (eps * p.reduce((sum, each) => sum + Math.log(each), 0)) / p.length,
  ],
  [
    'focal_loss',
    ({ gamma, weight }) => focal_loss({ gamma, weight }),
    ({ gamma, weight }) =>
      (label, p) =>
        -weight[label]! * (1 - p[label]!) ** gamma * Math.log(p[label]!),
  ],
]

describe.each(definitions)('%s', (name, make, definition) => {
  it('has the value and the gradient of its definition in float64', () => {
    fc.assert(
      fc.property(samples, sample => {
        const { batch, classes, pred, labels } = sample
        const loss = make(sample)
        expect(loss.name).toBe(name)
        tf.tidy(() => {
          const measure = (x: tf.Tensor) => loss(x, tf.tensor1d(labels, 'int32'))
          const { value, grad } = tf.valueAndGrad(measure)(tf.tensor2d(pred, [batch, classes]))
          const expected = (x: readonly number[]) => reference(sample, x, definition(sample))
          expectClose(value.dataSync(), [expected(pred)], 2e-5)
          expectClose(grad.dataSync(), slopes(expected, pred), 1e-4)
        })
      }),
      { numRuns: 40 },
    )
  })

  it('is the same for shares of classes, and for probabilities', () => {
    fc.assert(
      fc.property(samples, sample => {
        const { batch, classes, pred, labels, weight, eps, gamma } = sample
        tf.tidy(() => {
          const logits = tf.tensor2d(pred, [batch, classes])
          const [given, shares] = [tf.tensor1d(labels, 'int32'), tf.cast(tf.oneHot(labels, classes), 'float32')]
          const options = { weight: name === 'label_smoothing_cross_entropy' ? undefined : weight, fromLogits: false }
          const behind = {
            weighted_cross_entropy: () => weighted_cross_entropy(options),
            label_smoothing_cross_entropy: () => label_smoothing_cross_entropy({ ...options, eps }),
            focal_loss: () => focal_loss({ ...options, gamma }),
          }[name]!()
          const expected = make(sample)(logits, given).dataSync()
          expectClose(make(sample)(logits, shares).dataSync(), expected, 1e-6)
          expectClose(behind(tf.softmax(logits), given).dataSync(), expected, 1e-4)
        })
      }),
      { numRuns: 20 },
    )
  })
})

it('without anything to add they are cross_entropy', () => {
  const [pred, target] = [tf.tensor2d([[2, -1, 0.5]]), tf.tensor1d([0], 'int32')]
  const expected = cross_entropy(pred, target).dataSync()
  for (const loss of [
    weighted_cross_entropy({ weight: [1, 1, 1] }),
    label_smoothing_cross_entropy({ eps: 0 }),
    focal_loss({ gamma: 0 }),
  ])
    expectClose(loss(pred, target).dataSync(), expected, 1e-6)
})

it('a Learner trains, mixes and measures with them', async () => {
  for (const loss of [weighted_cross_entropy({ weight: [1, 1.2] }), label_smoothing_cross_entropy(), focal_loss()]) {
    const kernelInitializer = initializers.zeros()
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], kernelInitializer })] })
    const options = { loss, metrics: [accuracy], progress: false, callbacks: new MixUp() }
    const learn = new Learner(points({ train: 32, valid: 32 }), model, options)
    await learn.fit(0.1, 20)
    const figures = await learn.validate()
    expect(figures['accuracy']).toBeGreaterThan(0.8)
    const { preds, targets } = await learn.get_preds()
    // What is predicted are probabilities.
    expectClose(tf.sum(preds, -1).dataSync(), new Float32Array(32).fill(1), 1e-5)
    expectClose([figures['valid_loss']!], tf.tidy(() => loss(tf.log(preds), targets)).dataSync(), 1e-4)
    tf.dispose([preds, targets])
    learn.dispose()
  }
})

it('the form has to fit what the model ends in', () => {
  const ending = (activation: 'softmax' | 'linear') =>
    sequential({ layers: [layers.dense({ units: 2, activation, inputShape: [2] })] })
  const make = (loss: LossFunction, activation: 'softmax' | 'linear') => new Learner(points(), ending(activation), { loss })
  expect(() => make(focal_loss(), 'softmax')).toThrow(
    /The loss focal_loss does not fit the model's last layer: it takes logits.*Use focal_loss\({ fromLogits: false }\)/,
  )
  expect(() => make(focal_loss({ fromLogits: false }), 'linear')).toThrow(/takes probabilities.*Leave fromLogits out/)
  make(focal_loss({ fromLogits: false }), 'softmax')
})

describe('refuses', () => {
  const [pred, target] = [() => tf.zeros([2, 3]), () => tf.zeros([2], 'int32')]
  it.each<[string, () => unknown, RegExp]>([
    ['no weights', () => weighted_cross_entropy({}), /needs weight, one number per class/],
    ['a weight below 0', () => focal_loss({ weight: [1, -1] }), /weight 1 must be a number at least 0, but it is -1/],
    ['an eps above 1', () => label_smoothing_cross_entropy({ eps: 2 }), /eps must be a number at least 0 and at most 1/],
    ['a gamma below 0', () => focal_loss({ gamma: -1 }), /gamma must be/],
    ['an unknown option', () => focal_loss({ alpha: 1 } as never), /no option alpha/],
    ['too few weights', () => tf.tidy(() => focal_loss({ weight: [1, 2] })(pred(), target())), /2 weights.*for 3 classes/],
    ['a label that is none', () => tf.tidy(() => focal_loss()(pred(), tf.tensor1d([0, 3], 'int32'))), /label 3/],
  ])('%s', (_, call, words) => {
    expect(call).toThrow(words)
    expect(tensorsLeftBy(call)).toBe(0)
  })
})
