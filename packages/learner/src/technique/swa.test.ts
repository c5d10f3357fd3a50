import { type Callback, WeightAverage } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import golden1 from '../../../callbacks/fixtures/fastai_07/swa_start1.json' with { type: 'json' }
import golden3 from '../../../callbacks/fixtures/fastai_07/swa_start3.json' with { type: 'json' }
import { Learner, type LearnerOptions } from '../learner.js'
import { expectClose } from '../testing/numerical.js'
import { points, tinyLearner, useCpu } from '../testing/tiny.js'
import { SWA } from './swa.js'

beforeAll(useCpu)

type Weight = { read(): tf.Variable; readonly originalName: string }
const variables = (learn: Learner) => (learn.model.weights as unknown as Weight[]).map(weight => weight.read())
const moving = (learn: Learner) =>
  (learn.model.weights as unknown as Weight[]).filter(({ originalName }) => /moving/.test(originalName))
const now = (learn: Learner) => variables(learn).flatMap(variable => [...variable.dataSync()])

it.each([golden1, golden3])('averages what fastai 0.7 averaged, from epoch $params.swa_start on', async trace => {
  const data = DataBunch.from_arrays({ x: new Float32Array(12).fill(1), shape: [3], y: new Float32Array(4), bs: 2 })
  const learn = new Learner(data, sequential({ layers: [layers.dense({ units: 1, inputShape: [3] })] }), { progress: false })
  const scripted: Callback<Learner> = {
    after_train({ model, epoch }) {
      const values = trace.weights_per_epoch[epoch]!
      model.weights!.forEach((weight, i) => {
        const value = i === 0 ? tf.tensor(values.slice(0, 3), [3, 1]) : tf.tensor(values.slice(3), [1])
        ;(weight as unknown as Weight).read().assign(value as never)
        value.dispose()
      })
    },
  }
  const before = tf.memory().numTensors
  const { n_epochs, swa_start } = trace.params
  await learn.fit(1e-3, n_epochs, { callbacks: [scripted, new SWA({ swa_start })] })
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  expectClose(now(learn), trace.swa_weights, 2e-7)
})

/** The statistics that a batch norm behind a dense layer has over these samples, in batches, each by its size. */
function statistics(learn: Learner): { mean: number[]; variance: number[] } {
  return tf.tidy(() => {
    const sums = [0, 1].map(() => new Float64Array(8))
    let samples = 0
    for (const { xs, ys, size } of learn.data.train_dl.inOrder!() as Iterable<{ xs: tf.Tensor; ys: tf.Tensor; size: number }>) {
      const [kernel, bias] = variables(learn)
      const hidden = tf.relu(tf.add(tf.matMul(xs as tf.Tensor2D, kernel as tf.Tensor2D), bias!))
      const { mean, variance } = tf.moments(hidden, 0)
      for (const [at, values] of [mean.dataSync(), variance.dataSync()].entries())
        values.forEach((value, i) => {
          sums[at]![i]! += value * size
        })
      samples += size
      tf.dispose([xs, ys])
    }
    const [mean, variance] = sums.map(sum => [...sum].map(value => value / samples))
    return { mean: mean!, variance: variance! }
  })
}

it('computes the statistics of batch norms anew for the mean, which is what is validated and left', async () => {
  const learn = new Learner(points({ train: 10, bs: 4 }), tinyLearner().model, { progress: false, seed: 2 })
  const [order, random] = [learn.data.train_dl.state(), learn.random.state()]
  const seen: number[][] = []
  const watch: Callback<Learner> = { order: 39, after_train: each => void seen.push(now(each)) }
  const later: Callback<Learner> = { order: 41, after_epoch: each => void seen.push(now(each)) }
  const history = await learn.fit(0.1, 3, { callbacks: [watch, later, new SWA({ swa_start: 2 })] })
  const [first, , second, , third] = seen as [number[], number[], number[], number[], number[]]
  expect(seen[1]).toEqual(first)
  const mean = new WeightAverage()
  for (const [i, weights] of [second, third].entries()) mean.add(i + 1, weights)
  const last = now(learn)
  // The statistics are the last ones.
  expectClose(last.slice(0, -16), mean.average!.slice(0, -16), 1e-6)
  expect(last).toEqual(seen[5])
  expect((await learn.validate())['valid_loss']).toBe(history.val_losses[2])
  const { mean: expected, variance } = statistics(learn)
  const [movingMean, movingVariance] = moving(learn)
  expectClose(movingMean!.read().dataSync(), expected, 1e-5)
  expectClose(movingVariance!.read().dataSync(), variance, 1e-4)

  // Nothing else was moved.
  const without = new Learner(points({ train: 10, bs: 4 }), tinyLearner().model, { progress: false, seed: 2 })
  const plain: number[][] = []
  await without.fit(0.1, 3, { callbacks: [{ after_train: each => void plain.push(now(each as Learner)) }] })
  expect([first, second, third]).toEqual(plain)
  expect([learn.data.train_dl.state(), learn.random.state()]).toEqual([without.data.train_dl.state(), without.random.state()])
  expect(learn.data.train_dl.state()).not.toEqual(order)
  expect(learn.random.state()).not.toEqual(random)
})

it('works without validation, and says so where no epoch counted', async () => {
  const said: string[] = []
  const make = (options: LearnerOptions = {}) =>
    new Learner(points({ valid: 0 }), tinyLearner().model, { progress: false, log: line => said.push(line), ...options })
  const [learn, plain] = [make(), make()]
  await learn.fit(0.1, 2, { callbacks: new SWA() })
  await plain.fit(0.1, 2)
  expect(now(learn)).not.toEqual(now(plain))
  const none = make()
  await none.fit(0.1, 2, { callbacks: new SWA({ swa_start: 3 }) })
  expect(now(none)).toEqual(now(plain))
  expect(said).toEqual(['SWA averaged nothing: swa_start is 3, and the fit had 2 epochs.'])
})

it('leaves frozen batch norms as they are', async () => {
  const learn = tinyLearner()
  const norm = moving(learn)
  const layer = (learn.model as ReturnType<typeof sequential>).layers[1]!
  layer.trainable = false
  const before = norm.map(each => [...each.read().dataSync()])
  await learn.fit(0.1, 2, { callbacks: new SWA() })
  expect(norm.map(each => [...each.read().dataSync()])).toEqual(before)
  expect((layer as unknown as { momentum: number }).momentum).toBe(0.9)
})

it('has a state to go on from', async () => {
  const run = async (move: boolean) => {
    const first = new SWA()
    const second = new SWA()
    const learn = tinyLearner({ seed: 1 })
    const stop: Callback<Learner> = {
      order: 70,
      async after_epoch({ epoch }) {
        if (!move || epoch !== 1) return
        second.restore(await first.state())
        throw new Error('killed')
      },
    }
    const fit = learn.fit(0.1, 4, { callbacks: [first, stop] })
    if (!move) return fit.then(() => now(learn))
    await fit.catch(() => {})
    // What is left are the trained weights, in place of which the state has the mean.
    const { own } = await second.state()
    expect(Object.values(own!).flatMap(({ values }) => [...values]).length).toBe(now(learn).length)
    await learn.fit(0.1, 4, { start_epoch: 2, callbacks: second })
    return now(learn)
  }
  const whole = await run(false)
  expect(await run(true)).toEqual(whole)
})

it.each([0, 1.5, '2'])('refuses swa_start: %j', swa_start => {
  expect(() => new SWA({ swa_start: swa_start as never })).toThrow(/swa_start must be a whole number/)
})
