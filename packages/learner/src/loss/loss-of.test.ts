import type { TargetKind } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import type { LossFunction } from './loss-function.js'
import { type LossName, lossOf } from './loss-of.js'

beforeAll(useCpu)

type Activation = NonNullable<Parameters<typeof layers.dense>[0]['activation']>
const ending = (units: number, activation: Activation) =>
  sequential({ layers: [layers.dense({ units, activation, inputShape: [2] })] })
const data = (target: TargetKind) => ({ target, targetShape: [], heads: undefined })
const plain = { apply: () => tf.zeros([1]), trainableWeights: [] }

describe('a loss by name (keras-metrics 3)', () => {
  it.each<[string, number, Activation, string]>([
    ['categoricalCrossentropy', 3, 'softmax', 'probability_cross_entropy'],
    ['categorical_crossentropy', 3, 'linear', 'cross_entropy'],
    ['sparseCategoricalCrossentropy', 3, 'softmax', 'probability_cross_entropy'],
    ['binaryCrossentropy', 1, 'sigmoid', 'probability_binary_cross_entropy'],
    ['binaryCrossentropy', 1, 'linear', 'binary_cross_entropy'],
    ['cross_entropy', 3, 'softmax', 'probability_cross_entropy'],
    ['probability_binary_cross_entropy', 1, 'sigmoid', 'probability_binary_cross_entropy'],
    ['meanSquaredError', 1, 'linear', 'mse'],
    ['mae', 1, 'linear', 'mae'],
  ])('%s, %i units, %s: %s', (name, units, activation, expected) => {
    expect(lossOf(name as LossName, ending(units, activation), data('class')).name).toBe(expected)
  })

  it.each<[unknown, RegExp]>([
    ['categoricalCrossEntropi', /no loss 'categoricalCrossEntropi'.*option loss.*Did you mean 'categoricalCrossentropy'\?/],
    ['hinge', /no loss 'hinge'.*The names are cross_entropy,.*any function of \(pred, target\)/],
    ['probability_cross_entropy', /The loss probability_cross_entropy does not fit/],
    [{ compute: () => tf.scalar(1) }, /option loss is \{ compute: .*expected a function of \(pred, target\)/],
    [class FocalLoss {}, /option loss is the class FocalLoss/],
    [tf.losses.softmaxCrossEntropy, /tf.losses.softmaxCrossEntropy\(target, pred\)/],
    [Promise.resolve(), /option loss is a promise/],
    [null, /option loss is null/],
  ])('refuses %s', (loss, words) => {
    expect(() => lossOf(loss as LossFunction, ending(3, 'linear'), data('class'))).toThrow(words)
    expect(() => lossOf(loss as LossFunction, ending(3, 'linear'), data('class'))).toThrow(TypeError)
  })

  it('asks for the form where the output is not known', () => {
    expect(() => lossOf('categoricalCrossentropy', plain, data('class'))).toThrow(
      'pass cross_entropy for logits, or probability_cross_entropy for probabilities',
    )
    expect(lossOf('cross_entropy', plain, data('class')).name).toBe('cross_entropy')
  })
})
