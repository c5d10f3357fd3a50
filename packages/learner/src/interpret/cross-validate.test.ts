import { DataBunch, kFold, type Split, TabularDataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { useCpu } from '../testing/tiny.js'
import { cross_validate } from './cross-validate.js'

beforeAll(useCpu)

const values = Float32Array.of(1, 2, 3, 10, 20, 30)
const folds: Split[] = [
  [Int32Array.of(0, 1, 2), Int32Array.of(3, 4, 5)],
  [Int32Array.of(3, 4, 5), Int32Array.of(0, 1, 2)],
]

/** Predicts the mean of what it was made of: all that it knows of the data is fitted to the fold. */
function meanOf([train, valid]: Readonly<Split>): Learner {
  const pick = (indices: Int32Array) => Float32Array.from(indices, index => values[index]!)
  const [y, other] = [pick(train), pick(valid)]
  const data = DataBunch.from_arrays({ x: y, y, valid: { x: other, y: other }, bs: 3 })
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
  tf.tidy(() => model.setWeights([tf.tensor2d([[0]]), tf.tensor1d([y.reduce((a, b) => a + b) / y.length])]))
  return new Learner(data, model, { metrics: 'mae', progress: false })
}

it('measures each fold by what it was not made of, and averages', async () => {
  const { folds: each, mean, std } = await cross_validate(folds, meanOf)
  // 2 against 10, 20, 30, and 20 against 1, 2, 3.
  expect(each.map(({ mae }) => mae)).toEqual([18, 18])
  const squares = [(64 + 324 + 784) / 3, (361 + 324 + 289) / 3]
  expect(each[0]!['valid_loss']).toBeCloseTo(squares[0]!, 3)
  expect(mean['valid_loss']).toBeCloseTo((squares[0]! + squares[1]!) / 2, 3)
  expect(std['valid_loss']).toBeCloseTo((squares[0]! - squares[1]!) / 2, 3)
  expect(std['mae']).toBe(0)
})

it('trains each fold in turn, and disposes what came of it', async () => {
  await cross_validate(folds, meanOf)
  const before = tf.memory().numTensors
  const order: number[] = []
  await cross_validate(folds, async (fold, i) => {
    const learn = meanOf(fold)
    await learn.fit(1e-3, 1)
    order.push(i)
    return learn
  })
  expect(order).toEqual([0, 1])
  expect(tf.memory().numTensors).toBe(before)
})

it('has each fold prepared by its own training rows', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => ({ size: i * i + 0.5, price: 3 * i }))
  const means: number[] = []
  const splits = kFold(rows.length, 4, { seed: 1 })
  await cross_validate(splits, async split => {
    const data = await TabularDataBunch.from_df(rows, { y: 'price', target: 'value', split, bs: 5 })
    means.push(data.procs.state().normalize!.means['size']!)
    const conts = layers.inputLayer({ inputShape: [1], name: 'conts' })
    return new Learner(data, sequential({ layers: [conts, layers.dense({ units: 1 })] }), { progress: false })
  })
  const expected = splits.map(([train]) => train.reduce((sum, i) => sum + i * i + 0.5, 0) / train.length)
  for (const [i, mean] of expected.entries()) expect(means[i]).toBeCloseTo(mean, 9)
})

describe('refused', () => {
  it.each([
    [() => cross_validate([], meanOf), /takes folds, a list of \[train, valid\] indices, but got \[\]/],
    [() => cross_validate(5 as never, meanOf), /but got 5/],
    [() => cross_validate(folds, undefined as never), /a function that trains a Learner for a fold, but got undefined/],
    [() => cross_validate(folds, (() => undefined) as never), /what train gives for fold 0 takes a Learner, but got undefined/],
  ])('%s', async (work, words) => {
    await expect(work()).rejects.toThrow(words)
  })
})
