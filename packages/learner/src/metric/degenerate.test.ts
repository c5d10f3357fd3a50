import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { CohenKappa, MatthewsCorrCoef } from './agreement.js'
import type { Metric } from './metric.js'
import { ExplainedVariance, R2Score } from './moments.js'
import { Dice, DiceMulti, JaccardCoeff } from './overlap.js'
import { F1Score, FBeta, Precision, Recall } from './precision-recall.js'
import { APScoreBinary, APScoreMulti, RocAuc } from './ranking.js'

beforeAll(useCpu)

const labels = (...values: number[]) => tf.tensor1d(values, 'int32')
const logits = (...values: number[]) => tf.tensor2d(values, [values.length, 1])

async function figureOf(metric: Metric, pred: tf.Tensor, target: tf.Tensor): Promise<number> {
  await metric.accumulate(pred, target)
  return metric.value
}

describe('before the first batch, and after a reset', () => {
  it.each([new F1Score(), new RocAuc(), new MatthewsCorrCoef(), new R2Score(), new Dice()])('$name is NaN', async metric => {
    expect(metric.value).toBeNaN()
    await metric.accumulate(logits(-1, 2, 3), labels(0, 1, 0))
    expect(metric.value).not.toBeNaN()
    metric.reset()
    expect(metric.value).toBeNaN()
  })

  it.each([new F1Score(), new RocAuc(), new R2Score()])('$name is set aside, and put back', async metric => {
    await metric.accumulate(logits(-1, 2, 3), labels(0, 1, 0))
    const { value } = metric
    const putBack = metric.setAside()
    metric.reset()
    await metric.accumulate(logits(1, 1), labels(1, 0))
    putBack()
    expect(metric.value).toBe(value)
  })
})

// Each as scikit-learn 1.9 answers, with zero_division 0.
describe('what does not occur', () => {
  it('is found by 0 of nothing', async () => {
    expect(await figureOf(new Precision(), logits(-1, -1), labels(1, 0))).toBe(0)
    expect(await figureOf(new Recall(), logits(1, -1), labels(0, 0))).toBe(0)
    expect(await figureOf(new F1Score(), logits(-1, -1), labels(0, 0))).toBe(0)
    expect(await figureOf(new APScoreBinary(), logits(-1, 1), labels(0, 0))).toBe(0)
  })

  it('has no area under its curve, in any class', async () => {
    expect(await figureOf(new RocAuc(), logits(-1, 1), labels(0, 0))).toBeNaN()
    expect(await figureOf(new RocAuc(), tf.tensor2d([3, 1, 0, 1, 4, 0], [2, 3]), labels(0, 1))).toBeNaN()
  })

  it('counts in no mean over classes, but in one over labels', async () => {
    const three = tf.tensor2d([3, 1, 0, 1, 4, 0], [2, 3])
    expect(await figureOf(new F1Score({ average: 'macro' }), three, labels(0, 1))).toBe(1)
    expect(await figureOf(new DiceMulti(), three, labels(0, 1))).toBe(1)
    const yes = tf.tensor2d([1, -1, -1, 1, -1, -1], [2, 3])
    const truth = tf.tensor2d([1, 0, 0, 1, 0, 0], [2, 3])
    expect(await figureOf(new F1Score({ multiLabel: true }), yes, truth)).toBeCloseTo(1 / 3, 12)
  })

  it('covers no area', async () => {
    expect(await figureOf(new Dice(), logits(-1, -1), labels(0, 0))).toBeNaN()
    expect(await figureOf(new JaccardCoeff(), logits(-1, -1), labels(0, 0))).toBeNaN()
  })

  it('agrees by chance', async () => {
    expect(await figureOf(new MatthewsCorrCoef(), logits(-1, -1), labels(0, 1))).toBe(0)
    expect(await figureOf(new CohenKappa(), logits(-1, -1), labels(0, 0))).toBeNaN()
  })

  it('is no variance', async () => {
    expect(await figureOf(new R2Score(), logits(5, 5), tf.tensor1d([5, 5]))).toBe(1)
    expect(await figureOf(new R2Score(), logits(5, 6), tf.tensor1d([5, 5]))).toBe(0)
    expect(await figureOf(new R2Score(), logits(5), tf.tensor1d([5]))).toBeNaN()
    expect(await figureOf(new ExplainedVariance(), logits(6, 6), tf.tensor1d([5, 5]))).toBe(1)
  })
})

it('ranks logits whose probabilities all round to 1', async () => {
  const far = tf.tensor2d([90, 0, 0, 80, 0, 0, 70, 0, 0], [3, 3])
  const metric = new RocAuc()
  await metric.accumulate(far, labels(0, 1, 2))
  expect(metric.perClass[0]).toBe(1)
})

it('a score that is no number has no rank', async () => {
  expect(await figureOf(new RocAuc(), logits(Number.NaN, 1), labels(0, 1))).toBeNaN()
  expect(await figureOf(new APScoreBinary(), logits(Number.NaN, 1), labels(0, 1))).toBeNaN()
})

it('the class that is meant is one by its number, of several too', async () => {
  const pred = tf.tensor2d([9, 0, 0, 9, 0, 0, 0, 0, 9], [3, 3])
  expect(await figureOf(new Precision({ pos_label: 0 }), pred, labels(0, 1, 2))).toBe(0.5)
  expect(await figureOf(new Precision({ pos_label: 2 }), pred, labels(0, 1, 2))).toBe(1)
})

describe('refused', () => {
  const three = () => tf.tensor2d([3, 1, 0, 1, 4, 0], [2, 3])
  const twice = () => tf.tensor2d([1, 1, 0, 0, 1, 0], [2, 3])
  it.each([
    [() => new Precision({ averag: 'macro' } as never), /Precision has no option averag. Did you mean average\?/],
    [() => new Precision({ average: 'mean' } as never), /average must be one of/],
    [() => new FBeta({ beta: 0 }), /beta must be a number above 0, but it is 0/],
    [() => new F1Score({ beta: 2 } as never), /F1Score has no option beta/],
    [() => new Recall({ thresh: 2 }), /thresh must be a number at least 0 and at most 1, but it is 2/],
    [() => new Recall({ pos_label: -1 }), /pos_label must be a whole number/],
    [() => new RocAuc({ average: 'binary' } as never), /average must be one of/],
    [() => new APScoreBinary({ average: 'macro' } as never), /APScoreBinary has no option average/],
  ])('%s', (make, words) => {
    expect(make).toThrow(words)
  })

  it.each([
    [new Precision(), three(), labels(0, 1), /precision_score is a figure of each of 3 classes: .*average: 'macro'.*pos_label/],
    [new Precision({ average: 'binary', multiLabel: true }), three(), twice(), /each of 3 labels/],
    [new Dice(), three(), labels(0, 1), /dice is a figure of each of 3 classes/],
    [
      new APScoreBinary(),
      three(),
      labels(0, 1),
      /average_precision_score is of two classes, but there are 3 classes. Use new APScoreMulti/,
    ],
    [
      new APScoreMulti(),
      three(),
      labels(0, 3),
      /got the label 3 \(place 1 of the batch\), but the predictions are for 3 classes/,
    ],
    [new RocAuc(), three(), twice(), /targets that add up to 2 \(place 0.*multiLabel: true/],
    [new MatthewsCorrCoef({ multiLabel: true }), three(), twice(), /one class a sample, but the targets are 3 labels/],
    [new Recall(), three(), labels(0, 1, 2), /recall_score got predictions of shape \[2,3\] and int32 targets of shape \[3\]/],
    [new Recall(), three(), tf.tensor1d([0, 1]), /float32 targets of shape \[2\]/],
    [new Precision({ pos_label: 3 }), three(), labels(0, 1), /pos_label of precision_score must be a whole number from 0 to 2/],
    [new R2Score(), three(), labels(0, 1), /r2_score got predictions of shape \[2,3\]/],
  ])('%s %#', async (metric, pred, target, words) => {
    const before = tf.memory().numTensors
    await expect(metric.accumulate(pred, target)).rejects.toThrow(words)
    expect(tf.memory().numTensors).toBe(before)
    expect(metric.value).toBeNaN()
  })

  it('weights that are not one for each sample', async () => {
    await expect(new Recall().accumulate(logits(1, 2), labels(0, 1), tf.tensor1d([1, 2, 3]))).rejects.toThrow(
      'recall_score got 3 weights for 2 samples; expected one for each.',
    )
  })
})
