import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { expectClose } from '../testing/numerical.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { drawBeta } from './beta.js'
import { CutMix } from './cutmix.js'
import { MixUp } from './mixup.js'

beforeAll(useCpu)

describe('drawBeta', () => {
  it.each([0.05, 0.4, 1, 5])('has the moments of Beta(%d, %d)', alpha => {
    const random = new Random(3)
    const drawn = Array.from({ length: 20_000 }, () => drawBeta(random, alpha))
    const mean = drawn.reduce((sum, share) => sum + share, 0) / drawn.length
    const variance = drawn.reduce((sum, share) => sum + (share - mean) ** 2, 0) / drawn.length
    expect(mean).toBeCloseTo(0.5, 1.5)
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1)
  })

  it('is a share for any alpha', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.nat(), (alpha, seed) => {
        const share = drawBeta(new Random(seed), alpha)
        expect(share >= 0 && share <= 1).toBe(true)
      }),
    )
  })
})

/** Batches of training and validation as the loss sees them. */
interface Seen {
  training: boolean
  x: number[][]
  y: number[][]
}

function watching(): { seen: Seen[]; after_loss(learn: Learner): void } {
  const seen: Seen[] = []
  const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [tensor.shape[0]!, -1]).arraySync() as number[][]
  return {
    seen,
    after_loss: ({ xb, yb, training }) =>
      void tf.tidy(() => seen.push({ training, x: rows(xb as tf.Tensor), y: rows(yb as tf.Tensor) })),
  }
}

const samples = 12
const random = new Random(1)

/** Images of one colour, a channel of ones for each class. */
function colours(options: LearnerOptions) {
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 3)
  const x = Float32Array.from({ length: samples * 5 * 6 * 3 }, (_, i) => Number(i % 3 === labels[Math.floor(i / 90)]))
  const set = { x, y: labels }
  const data = DataBunch.from_arrays({ ...set, shape: [5, 6, 3], valid: set, bs: 5, drop_last: false, classes: ['r', 'g', 'b'] })
  const model = sequential({
    layers: [layers.flatten({ inputShape: [5, 6, 3] }), layers.dense({ units: 3, kernelInitializer: initializers.zeros() })],
  })
  return new Learner(data, model, { progress: false, seed: 4, ...options })
}

const shareOf = (image: number[], channel: number) => image.filter((_, i) => i % 3 === channel).reduce((a, b) => a + b, 0) / 30

describe.each([
  ['MixUp', () => new MixUp()],
  ['CutMix', () => new CutMix()],
])('%s', (name, make) => {
  it('mixes targets by the shares of the inputs, and leaves validation alone', async () => {
    const watch = watching()
    const learn = colours({ callbacks: [make(), watch] })
    const before = tf.memory().numTensors
    await learn.fit(1e-2, 3)
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(before)
    const trained = watch.seen.filter(({ training }) => training)
    expect(trained.length).toBe(9)
    for (const { x, y } of trained)
      for (const [i, image] of x.entries())
        expectClose(
          y[i]!,
          [0, 1, 2].map(channel => shareOf(image, channel)),
          1e-6,
        )
    const shares = trained.flatMap(({ y }) => y.flat())
    expect(shares.some(share => share > 0.02 && share < 0.98)).toBe(true)
    expect(new Set(shares.map(share => share.toFixed(4))).size).toBeGreaterThan(name === 'MixUp' ? 30 : 8)
    for (const { y } of watch.seen.filter(({ training }) => !training)) expect(y.flat().every(Number.isInteger)).toBe(true)
  })

  it('follows the seed of the Learner', async () => {
    const run = async (seed: number) => (await colours({ callbacks: [make()], seed }).fit(1e-2, 1)).losses
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })

  it('learns', async () => {
    const learn = colours({ callbacks: [make()], metrics: 'accuracy' })
    await learn.fit(5e-2, 12)
    expect((await learn.validate())['accuracy']).toBe(1)
  })

  it('refuses an alpha that is none', () => {
    const Class = make().constructor as typeof MixUp
    expect(() => new Class({ alpha: 0 })).toThrow('alpha must be a number above 0, but it is 0')
    expect(() => new Class({ alfa: 1 } as never)).toThrow(/has no option alfa/)
  })
})

it('MixUp keeps what is linear, with values as targets', async () => {
  const x = Float32Array.from({ length: 2 * samples }, () => random.normal())
  const y = Float32Array.from({ length: samples }, (_, i) => 2 * x[2 * i]! - 3 * x[2 * i + 1]!)
  const watch = watching()
  const data = DataBunch.from_arrays({ x, shape: [2], y, bs: 4 })
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] })
  const learn = new Learner(data, model, { progress: false, callbacks: [new MixUp({ alpha: 1 }), watch] })
  await learn.fit(1e-2, 2)
  const original = new Set(y)
  let mixed = 0
  for (const { x: xs, y: ys } of watch.seen)
    for (const [i, [a, b]] of xs.entries()) {
      expect(ys[i]![0]).toBeCloseTo(2 * a! - 3 * b!, 5)
      if (!original.has(ys[i]![0]!)) mixed++
    }
  expect(mixed).toBeGreaterThan(samples)
})

it('MixUp has yes and no in between behind a single unit', async () => {
  const watch = watching()
  const data = DataBunch.from_arrays({ x: [[0], [1], [2], [3]], y: [0, 1, 0, 1], bs: 4 })
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
  await new Learner(data, model, { progress: false, callbacks: [new MixUp({ alpha: 1 }), watch] }).fit(1e-2, 4)
  expect(watch.seen.flatMap(({ y }) => y.flat()).some(target => target > 0.05 && target < 0.95)).toBe(true)
})

it('says what cannot be mixed', async () => {
  const words = {
    order: -1,
    before_batch(learn: Learner) {
      learn.xb = tf.cast(learn.xb as tf.Tensor, 'int32')
    },
  }
  await expect(tinyLearner({ callbacks: [words, new MixUp()] }).fit(1e-2, 1)).rejects.toThrow(
    'MixUp mixes inputs that are floats, but one is int32',
  )
  await expect(tinyLearner({ callbacks: new CutMix() }).fit(1e-2, 1)).rejects.toThrow(
    'CutMix cuts out of images, one input [batch, height, width, channels], but a batch has the shape [4,2].',
  )
})
