import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { accuracy, accuracy_thresh, error_rate } from '../metric/classification.js'
import { useCpu } from '../testing/tiny.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import type { LossFunction } from './loss-function.js'
import { mae, mse } from './regression.js'

beforeAll(useCpu)

type Activation = NonNullable<Parameters<typeof layers.dense>[0]['activation']>

const samples = 60
const x = Array.from({ length: samples }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const y = x.map(([a]) => Number(a! > 0.3))

function learner(units: number, activation: Activation | undefined, loss?: LossFunction, metrics = [accuracy_thresh()]): Learner {
  const last = layers.dense({ units, inputShape: [2], ...(activation && { activation }) })
  const data = DataBunch.from_arrays({ x, y, valid: { x, y }, bs: 10 })
  return new Learner(data, sequential({ layers: [last] }), { ...(loss && { loss }), metrics, progress: false })
}

describe('a loss that does not belong to the last layer', () => {
  it.each<[LossFunction, number, Activation | undefined, RegExp]>([
    [
      binary_cross_entropy,
      1,
      'sigmoid',
      /takes logits, and that layer ends in sigmoid.*Use loss: probability_binary_cross_entropy,/,
    ],
    [binary_cross_entropy, 1, 'hardSigmoid', /Use loss: probability_binary_cross_entropy,/],
    [binary_cross_entropy, 4, 'sigmoid', /Use loss: probability_binary_cross_entropy,/],
    [binary_cross_entropy, 2, 'softmax', /Use loss: probability_cross_entropy,/],
    [binary_cross_entropy, 1, 'relu', /logits of any size.*Leave the activation out/],
    [binary_cross_entropy, 1, 'tanh', /logits of any size.*Leave the activation out/],
    [probability_binary_cross_entropy, 1, undefined, /takes probabilities.*Use loss: binary_cross_entropy,/],
    [probability_binary_cross_entropy, 1, 'relu', /takes probabilities.*activation: 'sigmoid'/],
    [cross_entropy, 3, 'softmax', /takes logits, and that layer ends in softmax.*Use loss: probability_cross_entropy,/],
    [cross_entropy, 3, 'sigmoid', /between 0 and 1. Leave the activation out.*loss: probability_binary_cross_entropy/],
    [cross_entropy, 1, 'sigmoid', /several classes.*Use loss: probability_binary_cross_entropy/],
    [cross_entropy, 1, undefined, /several classes.*Use loss: binary_cross_entropy/],
    [probability_cross_entropy, 3, undefined, /add up to 1, and that layer ends in linear. Use loss: cross_entropy,/],
    [probability_cross_entropy, 3, 'sigmoid', /add up to 1.*Use activation: 'softmax'.*loss: probability_binary_cross_entropy/],
    [mse, 1, 'softmax', /a softmax over one unit always answers 1.*activation: 'sigmoid'/],
  ])('$name with %i units and %s is refused, and what fits is named', (loss, units, activation, words) => {
    const left = () => tf.memory().numTensors
    const build = () => learner(units, activation, loss)
    expect(build).toThrow(words)
    expect(build).toThrow(`The loss ${loss.name} does not fit the model's last layer`)
    const before = left()
    const last = layers.dense({ units, inputShape: [2], ...(activation && { activation }) })
    expect(() => new Learner(DataBunch.from_arrays({ x, y, bs: 10 }), sequential({ layers: [last] }), { loss })).toThrow()
    last.dispose()
    expect(left()).toBe(before)
  })

  it.each<[LossFunction, number, Activation | undefined]>([
    [mse, 1, 'sigmoid'],
    [mae, 2, 'softmax'],
    [cross_entropy, 3, 'relu'],
    [cross_entropy, 3, 'tanh'],
    [probability_binary_cross_entropy, 2, 'softmax'],
    [binary_cross_entropy, 3, undefined],
  ])('$name with %i units and %s is taken', (loss, units, activation) => {
    expect(learner(units, activation, loss).loss_func).toBe(loss)
  })

  it('is left alone where the person has made it, or the layer', () => {
    const own: LossFunction = (pred, target) => binary_cross_entropy(pred, target)
    expect(learner(1, 'sigmoid', own).loss_func).toBe(own)
    class Calibrated extends layers.Layer {
      static readonly className = 'Calibrated'
      override call(inputs: tf.Tensor | tf.Tensor[]) {
        return tf.softmax([inputs].flat()[0]!)
      }
    }
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), new Calibrated({})] })
    const data = DataBunch.from_arrays({ x, y, bs: 10 })
    expect(new Learner(data, model, { loss: probability_cross_entropy }).loss_func).toBe(probability_cross_entropy)
  })
})

/** The share of right answers, counted by hand. */
async function share(learn: Learner): Promise<number> {
  const { preds } = await learn.get_preds()
  return [...preds.dataSync()].filter((p, i) => Number(p > 0.5) === y[i]).length / samples
}

describe('metrics follow what the predictions hold (keras-metrics 3)', () => {
  const brier: LossFunction = (pred, target) => mse(pred, target)
  it.each<[string, Activation | undefined, LossFunction | undefined]>([
    ['inferred, behind a sigmoid', 'sigmoid', undefined],
    ['inferred, of logits', undefined, undefined],
    ['given, behind a sigmoid', 'sigmoid', probability_binary_cross_entropy],
    ["the person's own, behind a sigmoid", 'sigmoid', brier],
  ])('with a loss that is %s', async (_, activation, loss) => {
    const learn = learner(1, activation, loss, [accuracy_thresh(), accuracy as never, error_rate as never])
    await learn.fit(0.1, 5)
    const right = await share(learn)
    expect(right).toBeGreaterThan(0.9)
    const figures = await learn.validate()
    expect(figures['accuracy_thresh']).toBeCloseTo(right, 5)
    expect(figures['accuracy']).toBeCloseTo(right, 5)
    expect(figures['error_rate']).toBeCloseTo(1 - right, 5)
  })

  it('counts each independent unit where the loss asks each for a yes or no', async () => {
    const yes = x.map(([a, b]) => [Number(a! > 0.3), Number(b! > 0), 1])
    const data = DataBunch.from_arrays({ x, y: yes, valid: { x, y: yes }, bs: 10 })
    const model = sequential({ layers: [layers.dense({ units: 3, activation: 'sigmoid', inputShape: [2] })] })
    const learn = new Learner(data, model, { loss: probability_binary_cross_entropy, metrics: [accuracy], progress: false })
    await learn.fit(0.1, 5)
    const { preds } = await learn.get_preds()
    const right = [...preds.dataSync()].filter((p, i) => Number(p > 0.5) === yes.flat()[i]).length / (3 * samples)
    expect((await learn.validate())['accuracy']).toBeCloseTo(right, 5)
  })

  it('leaves the functions themselves as they are', () => {
    const logits = tf.tensor2d([[0.3], [-2]])
    expect(accuracy_thresh()(logits, tf.tensor1d([1, 0])).dataSync()[0]).toBe(1)
    expect(() => accuracy(logits, tf.tensor1d([1, 0], 'int32'))).toThrow(/single unit/)
  })

  it('refuses what is said against what is known', () => {
    expect(() => learner(1, 'sigmoid', undefined, [accuracy_thresh({ fromLogits: true })])).toThrow(
      "accuracy_thresh({ fromLogits: true }) does not fit the model's output, which holds probabilities: leave fromLogits out.",
    )
    expect(() => learner(1, undefined, undefined, [accuracy_thresh({ fromLogits: false })])).toThrow(/which holds logits/)
    // A threshold for logits is one way to write it.
    learner(1, undefined, undefined, [accuracy_thresh({ fromLogits: false, thresh: 0 })])
  })
})
