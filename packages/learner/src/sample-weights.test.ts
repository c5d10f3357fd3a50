import type { Tensors } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from './learner.js'
import { weighted_cross_entropy } from './loss/cross-entropy-forms.js'
import { mse } from './loss/regression.js'
import type { Metric } from './metric/metric.js'
import { sgd } from './optimizer/index.js'
import { GradientAccumulation } from './technique/gradient-accumulation.js'
import { MixUp } from './technique/mixup.js'
import { overfit } from './technique/overfit.js'
import { useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const random = new Random(5)
const samples = 10
const x = Array.from({ length: samples }, () => [random.normal(), random.normal()])
const labels = x.map(([a, b]) => Number(a! > b!))
const values = x.map(([a, b]) => [a! - 2 * b!])
const weights = [3, 1, 0, 2, 1, 1, 4, 2, 0, 1]

/** Each sample as often as its weight says. */
const repeated = <T>(list: readonly T[]) => list.flatMap((each, i) => new Array<T>(weights[i]!).fill(each))

function dense(units: number) {
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  return sequential({
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2], kernelInitializer }),
      layers.dense({ units, kernelInitializer, kernelRegularizer: 'l1l2' }),
    ],
  })
}

const options: LearnerOptions = { optimizer: sgd({ mom: 0.9 }), wd: 0, progress: false, log: false }
const classifier = (data: DataBunch, more: LearnerOptions = {}) =>
  new Learner(data, dense(2), { ...options, metrics: ['accuracy', 'error_rate'], ...more })
const weighted = (bs: number, valid_bs = 3) =>
  DataBunch.from_arrays({ x, y: labels, weights, bs, valid_bs, valid: { x, y: labels, weights }, drop_last: false })

async function trained(learn: Learner, epochs = 3) {
  const before = tf.memory().numTensors
  const { val_losses, losses } = await learn.fit(0.2, epochs)
  const figures = await learn.validate()
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  const all = Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])
  return { all, figures, losses, val_losses: val_losses as number[] }
}

const expectNear = (a: readonly number[], b: readonly number[], digits = 5) => {
  expect(a.length).toBe(b.length)
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i]!, digits)
  })
}

describe('a sample of weight n', () => {
  it('counts as n of them: in the step, the validation, its metrics and the record', async () => {
    const often = DataBunch.from_arrays({ x: repeated(x), y: repeated(labels), bs: 64, drop_last: false, valid: { x: repeated(x), y: repeated(labels) } })
    const [one, many] = [await trained(classifier(weighted(64))), await trained(classifier(often))]
    expectNear(one.all, many.all)
    expectNear(one.losses, many.losses)
    expectNear(one.val_losses, many.val_losses)
    expect(Object.keys(one.figures)).toEqual(['valid_loss', 'accuracy', 'error_rate'])
    expectNear(Object.values(one.figures), Object.values(many.figures))
  }) // biome-ignore format: a table

  it('counts so in regressions, whose mean is a root too', async () => {
    const more: LearnerOptions = { ...options, metrics: ['mse', 'mae', 'rmse'] }
    const one = DataBunch.from_arrays({ x, y: values, weights, bs: 64, drop_last: false, valid: { x, y: values, weights }, valid_bs: 4 })
    const [xs, ys] = [repeated(x), repeated(values)]
    const many = DataBunch.from_arrays({ x: xs, y: ys, bs: 64, drop_last: false, valid: { x: xs, y: ys } })
    const [a, b] = [await trained(new Learner(one, dense(1), more)), await trained(new Learner(many, dense(1), more))]
    expectNear(a.all, b.all)
    expectNear(Object.values(a.figures), Object.values(b.figures))
  }) // biome-ignore format: a table

  it('counts so in gathered gradients, however the batches are cut', async () => {
    for (const bs of [1, 3, 4]) {
      const [small, large] = [
        await trained(classifier(weighted(bs), { callbacks: new GradientAccumulation({ n_acc: samples }) })),
        await trained(classifier(weighted(samples))),
      ]
      expectNear(small.all, large.all)
    }
  })
})

it('multiplies with the weight of its class, and batches count by both', async () => {
  const weight = [1, 5]
  const loss = weighted_cross_entropy({ weight })
  const byClass = weights.map((each, i) => each * weight[labels[i]!]!)
  const inOne = DataBunch.from_arrays({ x, y: labels, weights: byClass, bs: 10, valid: { x, y: labels, weights: byClass } })
  const plain = await trained(classifier(inOne, { metrics: [] }))
  const both = await trained(classifier(weighted(10, 3), { loss, metrics: [] }))
  const gathered = await trained(
    classifier(weighted(3), { loss, metrics: [], callbacks: new GradientAccumulation({ n_acc: samples }) }),
  )
  for (const { all, figures } of [both, gathered]) {
    expectNear(all, plain.all)
    expectNear(Object.values(figures), Object.values(plain.figures))
  }
})

it('is read in the search that looks at the validation loss', async () => {
  const learn = classifier(weighted(64))
  const before = (await learn.validate())['valid_loss']!
  const { losses } = await learn.lr_find({ num_it: 10, start_lr: 1e-9, end_lr: 1e-8, valid: true })
  expect(losses[0]).toBeCloseTo(before, 5)
})

it('is in place when callbacks look, and goes with the batch', async () => {
  const seen: unknown[] = []
  const look = {
    name: 'Look',
    before_batch: ({ weights }: Learner) => void seen.push(weights?.shape),
    after_batch: ({ totalWeight, bs }: Learner) => void seen.push([totalWeight, bs]),
  }
  const learn = classifier(weighted(10, 10), { callbacks: look })
  await learn.fit(0.1, 1)
  expect(seen).toEqual([[10], [15, 10], [10], [15, 10]])
  expect(learn.weights).toBeUndefined()
})

it('is mixed with the samples: each of the two targets counts by its own weight', async () => {
  const [w, y] = [[1, 3], [0, 1]] // biome-ignore format: a table
  const seen: { y: number[]; w: number[]; loss: number; pred: number[] }[] = []
  const look = {
    name: 'Look',
    order: 50,
    after_batch: (learn: Learner) => {
      const { yb, weights, lossValue, pred } = learn as {
        yb: tf.Tensor
        weights: tf.Tensor1D
        pred: tf.Tensor
        lossValue: number
      }
      seen.push({ y: [...yb.dataSync()], w: [...weights.dataSync()], loss: lossValue, pred: [...tf.logSoftmax(pred).dataSync()] })
    },
  }
  const data = DataBunch.from_arrays({ x: [[0, 1], [1, 0]], y, weights: w, bs: 2, seed: 1 }) // biome-ignore format: a table
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] })
  await new Learner(data, model, { ...options, callbacks: [new MixUp(), look] }).fit(0.1, 8)
  const mixed = seen.filter(({ w }) => !w.every(each => each === 1 || each === 3))
  expect(mixed.length).toBeGreaterThan(0)
  for (const { y, w, loss, pred } of mixed) {
    w.forEach((weight, i) => {
      // weight = s own + (1 - s) other, and the share of class 1, whose sample weighs 3, is that part of it.
      const ofHeavy = (weight - 1) / 2
      expect(y[2 * i + 1]).toBeCloseTo((3 * ofHeavy) / weight, 4)
    })
    const sums = w.map((weight, i) => weight * (y[2 * i]! * pred[2 * i]! + y[2 * i + 1]! * pred[2 * i + 1]!))
    expect(loss).toBeCloseTo(-sums.reduce((a, b) => a + b) / w.reduce((a, b) => a + b), 4)
  }
})

it('stays with the batch that is learnt by heart', async () => {
  const learn = classifier(weighted(4))
  const before = tf.memory().numTensors
  await overfit(learn, { steps: 5, lr: 0.1 })
  expect(tf.memory().numTensors).toBe(before)
})

describe('what knows nothing of weights', () => {
  const plain = (pred: Tensors, target: Tensors) => mse(pred, target)
  const data = () => DataBunch.from_arrays({ x, y: values, weights, bs: 5, valid: { x, y: values } })

  it('is refused before anything is done', () => {
    const make = (more: LearnerOptions) => () => new Learner(data(), dense(1), { ...options, ...more })
    expect(make({ loss: plain })).toThrow('The data has weights of samples, but the loss plain takes two parameters')
    expect(make({ metrics: plain })).toThrow('but the metric plain takes two parameters')
    const worst: Metric = { name: 'worst', value: 0, reset() {}, accumulate(_pred, _target) {} }
    expect(make({ metrics: worst })).toThrow('but the metric worst takes two parameters')
    const learn = new Learner(DataBunch.from_arrays({ x, y: values, bs: 5 }), dense(1), { ...options, loss: plain })
    expect(() => {
      learn.data = data()
    }).toThrow('the loss plain')
  })

  it('is let in with a third parameter', async () => {
    const own = (pred: Tensors, target: Tensors, w?: tf.Tensor1D) => mse(pred, target, w)
    const learn = new Learner(data(), dense(1), { ...options, loss: own })
    const reference = new Learner(data(), dense(1), options)
    expect((await trained(learn, 1)).all).toEqual((await trained(reference, 1)).all)
  })
})
