import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import type { Metric } from '../metric/metric.js'
import { useCpu } from '../testing/tiny.js'
import type { LossFunction } from './loss-function.js'
import { mae, mse } from './regression.js'

beforeAll(useCpu)

type Two = (pred: tf.Tensor, target: tf.Tensor) => tf.Scalar
const x = Array.from({ length: 14 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const flat = Float32Array.from(x, ([a, b]) => 3 * a! - 2 * b!)
const make = (options: LearnerOptions, y: Float32Array | number[] | number[][] = flat) => {
  const dense = layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })
  const data = DataBunch.from_arrays({ x, y, valid: { x, y }, bs: 5, target: 'value' })
  return new Learner(data, sequential({ layers: [dense] }), { loss: mse, progress: false, log: false, ...options })
}
const asLoss = (compute: Two) => compute as LossFunction
const meanSquare = (difference: tf.Tensor) => tf.mean(tf.square(difference)) as tf.Scalar
const own: Record<string, () => Two> = {
  'that subtracts': () => (pred, target) => meanSquare(tf.sub(pred, target)),
  'that squeezes the predictions': () => (pred, target) => meanSquare(tf.sub(tf.squeeze(pred, [1]), target)),
  'that reshapes the targets': () => (pred, target) => meanSquare(tf.sub(tf.reshape(target, pred.shape), pred)),
  'of TensorFlow.js, which refuses other shapes': () => (pred, target) => tf.losses.meanSquaredError(target, pred) as tf.Scalar,
}

it.each(Object.entries(own))('a loss %s compares each prediction with its target', async (_, loss) => {
  const run = async (given: LossFunction) => {
    const learn = make({ loss: given })
    const { losses, val_losses } = await learn.fit(1e-2, 2)
    const { losses: found } = await learn.lr_find({ num_it: 6, valid: 2 })
    return [...losses, ...(val_losses as number[]), ...found]
  }
  const [wanted, got] = [await run(mse), await run(asLoss(loss()))]
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 4)
})

it('so does a metric, as a function and as an object, without a fit, too', async () => {
  class Sum implements Metric {
    readonly name: string
    #sum = 0
    #samples = 0
    readonly #waits: boolean
    constructor(name: string, waits: boolean) {
      this.name = name
      this.#waits = waits
    }
    reset() {
      this.#sum = this.#samples = 0
    }
    accumulate(pred: tf.Tensor, target: tf.Tensor): void | Promise<void> {
      const figure = tf.tidy(() => tf.mean(tf.abs(tf.sub(pred, target))))
      const take = (values: ArrayLike<number>) => {
        this.#sum += values[0]! * pred.shape[0]!
        this.#samples += pred.shape[0]!
        figure.dispose()
      }
      if (this.#waits) return figure.data().then(take)
      return take(figure.dataSync())
    }
    get value() {
      return this.#sum / this.#samples
    }
  }
  const bias = (pred: tf.Tensor, target: tf.Tensor) => tf.mean(tf.abs(tf.sub(pred, target))) as tf.Scalar
  const metrics = () => [mae, bias as typeof mae, new Sum('sum', false) as Metric, new Sum('waits', true) as Metric]
  const learn = make({ metrics: metrics() })
  const tensors = tf.memory().numTensors
  const figures = await learn.validate()
  expect(tf.memory().numTensors).toBe(tensors)
  for (const name of ['bias', 'sum', 'waits']) expect(figures[name]).toBeCloseTo(figures['mae']!, 5)
  const history = (await make({ metrics: metrics() }).fit(1e-2, 2)).metrics as Record<string, number[]>
  for (const name of ['bias', 'sum', 'waits'])
    for (const [i, value] of history['mae']!.entries()) expect(history[name]![i]).toBeCloseTo(value, 5)
})

it('a loss over pairs of predictions is left as it is, and one of targets of its own shape', async () => {
  const shapes: number[][] = []
  const pairs: Two = (pred, target) => {
    shapes.push(target.shape)
    return meanSquare(tf.sub(tf.sub(pred, tf.transpose(pred)), tf.sub(tf.expandDims(target, 1), target)))
  }
  await make({ loss: asLoss(pairs) }).fit(1e-2, 1)
  expect(shapes.slice(2).every(shape => shape.length === 1)).toBe(true)
  shapes.length = 0
  const columns: Two = (pred, target) => {
    shapes.push(target.shape)
    return meanSquare(tf.sub(pred, target))
  }
  await make(
    { loss: asLoss(columns) },
    [...flat].map(value => [value]),
  ).fit(1e-2, 1)
  expect(shapes.length).toBeGreaterThan(3)
  expect(shapes.every(shape => shape.length === 2)).toBe(true)
})

it('what fails with either shape fails with its own words, and nothing watches the kernels any longer', async () => {
  const { runKernel } = tf.engine()
  const own = make({
    loss: asLoss(() => {
      throw new Error('mine')
    }),
  })
  await expect(own.fit(1e-2, 1)).rejects.toThrow('mine')
  expect(tf.engine().runKernel).toBe(runKernel)
})
