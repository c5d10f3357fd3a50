import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import { CyclicLR, cyclic_lr, StockOptimizer } from './index.js'

beforeAll(() => tf.setBackend('cpu'))

const options = { base_lr: 1e-3, max_lr: 1e-2, step_size: 4 }
const schedule = cyclic_lr(options)
const rates = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => schedule(from + i, 1))
const fit = async (clr: CyclicLR, lr: number[] = [1e-3], n_epoch = 2, start_epoch = 0) =>
  fakeFit({ n_epoch, start_epoch, n_batches: 5, callbacks: [clr], opt: new FakeOptimizer({ lr }, lr.length) })

describe('layer groups (pytorch/pytorch#18001)', () => {
  it('keep the proportions that the rates of the fit have, the last one between the bounds', async () => {
    const { hypers } = await fit(new CyclicLR(options), [1e-4, 5e-3, 1e-2])
    for (const [i, rate] of rates(0, 10).entries())
      expect(hypers[i]!['lr']).toEqual([expect.closeTo(rate / 100, 12), expect.closeTo(rate / 2, 12), rate])
  })

  it('all have the scheduled rate where they have one rate', async () => {
    expect((await fit(new CyclicLR(options), [3, 3])).hypers.map(({ lr }) => lr)).toEqual(rates(0, 10).map(lr => [lr, lr]))
  })
})

describe('iterations', () => {
  it('are its own: another fit goes on, a short epoch leaves none out, and _reset begins anew', async () => {
    const clr = new CyclicLR(options)
    await fit(clr, [1], 1)
    expect((await fit(clr, [1], 1)).hypers.map(({ lr }) => lr![0])).toEqual(rates(5, 10))
    clr._reset()
    expect((await fit(clr, [1], 1)).hypers.map(({ lr }) => lr![0])).toEqual(rates(0, 5))
    expect(clr.trn_iterations).toBe(15)
  })

  it('of a new one begin where the epoch does that a fit is taken up with, and of a restored one where it was', async () => {
    expect((await fit(new CyclicLR(options), [1], 4, 2)).hypers.map(({ lr }) => lr![0])).toEqual(rates(10, 20))
    const [first, second] = [new CyclicLR(options), new CyclicLR(options)]
    await fit(first, [1], 1)
    second.restore(first.state())
    expect((await fit(second, [1], 4, 3)).hypers.map(({ lr }) => lr![0])).toEqual(rates(5, 10))
    expect(second.history['iterations']).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(first.history['iterations']).toHaveLength(5)
  })
})

describe('a rate that no optimizer takes', () => {
  const falling = (good: number) => new CyclicLR({ ...options, scale_mode: 'iterations', scale_fn: i => (i < good ? 1 : -9) })

  it('is refused before the first batch where one would be trained with it', async () => {
    const opt = new FakeOptimizer({ lr: 1 })
    const run = fakeFit({ n_epoch: 1, n_batches: 10, callbacks: [falling(7)], opt })
    await expect(run).rejects.toThrow(/CyclicLR gave -0.0[\d]+ for iteration 7: lr must be at least 0/)
    expect(opt.get('lr')).toEqual([1])
  })

  it('fails no fit that is complete', async () => {
    const opt = new FakeOptimizer({ lr: 1 })
    const { reason, hypers } = await fakeFit({ n_epoch: 1, n_batches: 7, callbacks: [falling(7)], opt })
    expect(reason).toBe('completed')
    expect(opt.get('lr')).toEqual(hypers.at(-1)!['lr'])
  })
})

it('says once that what others set between batches does not last', async () => {
  const other = { after_epoch: (learn: { opt: FakeOptimizer }) => learn.opt.set('lr', 0.5) }
  const opt = new FakeOptimizer({ lr: 1 })
  const callbacks = [new CyclicLR(options), other as never]
  const { said } = await fakeFit({ n_epoch: 3, n_batches: 4, callbacks, opt })
  expect(said).toEqual([expect.stringMatching(/set lr to 0.5 between two batches, but CyclicLR sets lr for every batch/)])
})

it('begins in model.fit with the epoch that initialEpoch names', async () => {
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
  model.compile({ optimizer: tf.train.sgd(0.5), loss: 'meanSquaredError' })
  const clr = new CyclicLR(options)
  const [x, y] = [tf.ones([12, 1]), tf.zeros([12, 1])]
  await model.fit(x, y, { initialEpoch: 2, epochs: 4, batchSize: 4, verbose: 0, callbacks: [clr.keras(model)] })
  expect(clr.history['lr']).toEqual(rates(6, 12))
  expect(new StockOptimizer(model.optimizer).get('lr')).toEqual(rates(12, 13))
  tf.dispose([x, y])
  model.dispose()
})
