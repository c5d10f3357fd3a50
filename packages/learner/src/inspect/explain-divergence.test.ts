import { type Callback, TerminateOnNaN } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { DivergedError } from '../diverged.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { useCpu } from '../testing/tiny.js'
import { GradientStats } from './gradient-stats.js'
import { JumpGuard } from './jump-guard.js'

beforeAll(useCpu)

const random = new Random(3)
const x = Float32Array.from({ length: 40 }, () => random.normal())
const y = Int32Array.from({ length: 20 }, (_, i) => i % 2)
const arrays = (inputs = x) => DataBunch.from_arrays({ x: inputs, y, shape: [2], bs: 4, seed: 1 })
const kernelInitializer = initializers.glorotUniform({ seed: 1 })
const mlp = () =>
  sequential({
    layers: [
      layers.dense({ units: 6, inputShape: [2], activation: 'relu', kernelInitializer }),
      layers.dropout({ rate: 0.5 }),
      layers.batchNormalization(),
      layers.dense({ units: 2, kernelInitializer }),
    ],
  })
const make = (data = arrays(), model = mlp(), options: LearnerOptions = {}) =>
  new Learner(data, model, { progress: false, seed: 1, ...options })

/** Changes something before one batch of the fit. */
const at = (batch: number, change: (learn: Learner) => void): Callback<Learner> => ({
  before_batch(learn) {
    if (learn.train_iter === batch) change(learn)
  },
})
const setWeight = (learn: Learner, layer: number, value: number) => {
  const [kernel] = (learn.model as Sequential).layers[layer]!.trainableWeights
  kernel!.write(tf.fill(kernel!.read().shape, value))
}
const failureOf = async (learn: Learner, callbacks: Callback<Learner>[] = []): Promise<DivergedError> => {
  const error = await learn.fit(2, 1e-3, { callbacks }).catch(error => error)
  expect(error).toBeInstanceOf(DivergedError)
  return error
}

describe('a fit that diverges says', () => {
  it('which samples have inputs that are not finite', async () => {
    const spoiled = x.slice()
    spoiled[2 * 13] = Number.NaN
    const error = await failureOf(make(arrays(spoiled)))
    expect(error).toMatchObject({ epoch: 0, loss: Number.NaN, lr: 1e-3, origin: 'inputs', rates: { lr: [1e-3] } })
    expect(error.samples).toHaveLength(4)
    expect(error.rows!.map(row => error.samples![row])).toEqual([13])
    expect(error.message).toMatch(
      /^The loss became NaN at batch \d of epoch 0 \(learning rate 0\.00100\)\.\nIts inputs are not finite\./,
    )
    expect(error.message).toContain('They are the samples 13 of the data set.')
    expect(error.message).toContain('Mend those samples')
  })

  it('of a part of the data the samples of the whole', async () => {
    const spoiled = x.slice()
    spoiled[2 * 6] = Number.NaN
    const data = DataBunch.from_arrays({ x: spoiled, y, shape: [2], bs: 4, seed: 1, valid_pct: 0.2 })
    const error = await failureOf(make(data))
    expect(error.rows!.map(row => error.samples![row])).toEqual([6])
  })

  it('which layer answered first so', async () => {
    const error = await failureOf(make(), [at(2, learn => setWeight(learn, 3, 3e38))])
    expect(error).toMatchObject({ batch: 2, origin: 'activations', layer: '3.Dense' })
    expect(Object.keys(error.activations!)).toEqual(['0.Dense', '1.Dropout', '2.BatchNormalization', '3.Dense'])
    expect(error.activations!['0.Dense']).toBeLessThan(100)
    expect(error.activations!['3.Dense']).toBe(Number.NaN)
    expect(error.message).toContain('What 3.Dense answers is not finite, as the first of the layers. Before it 0.Dense up to')
  })

  it('which weights a step before has spoiled', async () => {
    const error = await failureOf(make(), [at(3, learn => setWeight(learn, 0, Number.NaN))])
    expect(error).toMatchObject({ batch: 3, origin: 'weights', layer: '0.kernel' })
    expect(error.message).toContain('The weights 0.kernel were not finite before it')
  })

  it('where a gradient was first not finite, on its way back', async () => {
    class Spoil extends layers.Layer {
      static readonly className = 'Spoil'
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        const pass = tf.customGrad(x => ({ value: tf.clone(x as tf.Tensor), gradFunc: dy => tf.mul(dy, Number.NaN) }))
        return pass([inputs].flat()[0]!)
      }
    }
    const dense = (units: number, more = {}) => layers.dense({ units, kernelInitializer, ...more })
    const model = sequential({ layers: [dense(3, { inputShape: [2] }), dense(3), new Spoil({}), dense(2)] })
    const error = await failureOf(make(arrays(), model))
    expect(error).toMatchObject({ epoch: 0, batch: 1, origin: 'weights', layer: '1.kernel' })
    expect(error.message).toContain('by a gradient that was not finite there, as the first on its way back from the loss')
  })

  it('when only the loss is not finite', async () => {
    const loss = (pred: tf.Tensor) => tf.mean(tf.log(tf.mul(pred, 0))) as tf.Scalar
    const error = await failureOf(make(arrays(), mlp(), { loss: loss as never }))
    expect(error).toMatchObject({ origin: 'loss', loss: Number.NEGATIVE_INFINITY })
    expect(error.message).toMatch(/All that the layers answer is finite, \S+ up to \S+: only the loss is not\./)
  })

  it('how the gradients were before', async () => {
    const stats = new GradientStats({ every: 1 })
    const error = await failureOf(make(), [stats, at(3, learn => setWeight(learn, 3, 3e38))])
    expect(error.gradientNorms).toEqual(stats.stats)
    expect(error.message).toMatch(/Norms of the gradients up to it, of the batches 0 to 3 of the fit: \S+, \S+, \S+, NaN\.\n/)
  })
})

it('the batch is run again as it was, and nothing is moved or left', async () => {
  const learn = make()
  await learn.fit(1, 1e-3)
  learn.opt.clear()
  const before = tf.memory().numTensors
  const seen: unknown[] = []
  const look: Callback<Learner> = {
    order: 99,
    async before_step(learn) {
      if (learn.train_iter < 2) return
      const weights = await learn.getWeights()
      const found = (await learn.divergence()) as DivergedError
      const pred = (learn.pred as tf.Tensor).dataSync()
      // The dropped-out are the same.
      expect(found.activations!['3.Dense']).toBeCloseTo(Math.max(...pred.map(Math.abs)), 5)
      expect(await learn.getWeights()).toEqual(weights)
      seen.push(found.origin)
    },
  }
  await learn.fit(1, 1e-3, { callbacks: look })
  expect(seen).toEqual([undefined, undefined, undefined])
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
})

it('a batch that cannot be run again is said to be so', async () => {
  const learn = make()
  const break_: Callback<Learner> = {
    after_loss(learn) {
      learn.loss = tf.mul(learn.loss, Number.NaN) as tf.Scalar
      learn.forwardPass.run = () => {
        throw new Error('no more')
      }
    },
  }
  const error = await failureOf(learn, [break_])
  expect(error.message).toContain('The batch could not be run again to find out more: no more')
  expect(error.samples).toHaveLength(4)
})

it('TerminateOnNaN logs it, and ends the fit quietly', async () => {
  const lines: string[] = []
  const callbacks = [new TerminateOnNaN({ log: line => lines.push(line) }), at(2, learn => setWeight(learn, 3, 3e38))]
  const { reason } = await make().fit(1, 1e-3, { callbacks })
  expect(reason).toBe('diverged')
  expect(lines[0]).toBe('Epoch/Batch (0/2): Invalid loss, terminating training.')
  expect(lines[1]).toContain('What 3.Dense answers is not finite')
})

describe('JumpGuard', () => {
  const scaled = (batch: number, factor: number): Callback<Learner> => ({
    after_loss(learn) {
      if (learn.train_iter === batch) learn.loss = tf.mul(learn.loss, factor) as tf.Scalar
    },
  })

  it('ends a fit whose loss jumps, before its step', async () => {
    const error = await failureOf(make(), [new JumpGuard({ after: 3 }), scaled(7, 1000)])
    expect(error).toMatchObject({ epoch: 1, batch: 2, origin: undefined })
    expect(error.message).toMatch(/^The loss jumped from about [\d.]+ to \d{3,} at batch 2 of epoch 1/)
    expect(error.message).toMatch(/All that the layers answer is finite, \S+ up to \S+\.\n/)
  })

  it('lets one pass before it knows what is usual, one that is no jump, and those of a search', async () => {
    await make().fit(2, 1e-3, { callbacks: [new JumpGuard({ after: 3 }), scaled(2, 1000)] })
    await make().fit(2, 1e-3, { callbacks: [new JumpGuard({ after: 3, factor: 1e4 }), scaled(7, 1000)] })
    await make(arrays(), mlp(), { callbacks: [new JumpGuard({ after: 1, factor: 1.01 })] }).lr_find({ num_it: 20 })
  })

  it('goes on from a state', async () => {
    const [first, second] = [new JumpGuard({ after: 3 }), new JumpGuard({ after: 3 })]
    await make().fit(1, 1e-3, { callbacks: first })
    const move: Callback<Learner> = { before_epoch: () => second.restore(first.state()) }
    const error = await failureOf(make(), [second, move, scaled(0, 1000)])
    expect(error.batch).toBe(0)
    expect(() => second.restore({} as never)).toThrow(/no state of it/)
  })

  it.each([{ factor: 1 }, { after: 0 }, { factors: 2 } as never])('refuses %o', options => {
    expect(() => new JumpGuard(options)).toThrow(/factor|after/)
  })
})
