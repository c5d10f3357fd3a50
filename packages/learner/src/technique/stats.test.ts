import { type Callback, CancelBatch } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import type { Sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { ActivationStats } from './activation-stats.js'
import { GradientClip } from './gradient-clip.js'
import { GradientStats } from './gradient-stats.js'

beforeAll(useCpu)

const make = () => new Learner(points({ train: 20 }), mlp(), { progress: false, seed: 1 })
const moments = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return { mean, std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

describe('GradientStats', () => {
  it('records the norms before clipping, every so many batches', async () => {
    const seen: number[] = []
    const look: Callback<Learner> = {
      after_backward: ({ grads }) =>
        void seen.push(Math.hypot(...Object.values(grads).flatMap(gradient => [...gradient.dataSync()]))),
    }
    const stats = new GradientStats({ every: 2 })
    await make().fit(1e-2, 1, { callbacks: [new GradientClip({ max_norm: 1e-3 }), stats, look] })
    expect(stats.stats.map(({ train_iter }) => train_iter)).toEqual([0, 2, 4])
    stats.stats.forEach(({ norm, norms }, i) => {
      expect(norm).toBeCloseTo(seen[2 * i]!, 5)
      expect(Math.hypot(...Object.values(norms))).toBeCloseTo(norm, 5)
      expect(Object.keys(norms)).toEqual(['0.kernel', '0.bias', '1.gamma', '1.beta', '2.kernel', '2.bias'])
    })
  })
})

describe('ActivationStats', () => {
  it('records mean, deviation and share near zero of each layer', async () => {
    const expected: number[][] = []
    const learn = make()
    const [first, norm, last] = ['0.Dense', '1.BatchNormalization', '2.Dense'] as const
    const look: Callback<Learner> = {
      after_pred: ({ pred }) => void expected.push([...(pred as tf.Tensor).dataSync()]),
    }
    const stats = new ActivationStats({ every: 3 })
    await learn.fit(1e-2, 1, { callbacks: [stats, look] })
    expect(stats.stats.map(({ train_iter }) => train_iter)).toEqual([0, 3])
    for (const { train_iter, layers } of stats.stats) {
      expect(Object.keys(layers)).toEqual([first, norm, last])
      const { mean, std } = moments(expected[train_iter]!)
      expect(layers[last]!.mean).toBeCloseTo(mean, 5)
      expect(layers[last]!.std).toBeCloseTo(std, 5)
      const share = expected[train_iter]!.filter(value => Math.abs(value) <= 0.05).length / expected[train_iter]!.length
      expect(layers[last]!.near_zero).toBeCloseTo(share, 6)
      // A normalization gives what is normal.
      expect(layers[norm]!.mean).toBeCloseTo(0, 1)
      expect(layers[first]!.near_zero).toBeGreaterThan(0.2)
    }
  })
})

describe.each([
  ['GradientStats', () => new GradientStats({ every: 1 })],
  ['ActivationStats', () => new ActivationStats({ every: 1 })],
] as const)('%s', (_, stats) => {
  it('changes nothing, and leaves nothing behind, whatever happens', async () => {
    const plain = await make().fit(1e-2, 2)
    const learn = make()
    const calls = (learn.model as Sequential).layers.map(layer => Object.hasOwn(layer, 'call'))
    const before = tf.memory().numTensors
    expect((await learn.fit(1e-2, 2, { callbacks: stats() })).losses).toEqual(plain.losses)
    const failing = (event: 'before_batch' | 'after_pred' | 'after_loss', error: Error): Callback => ({
      [event]() {
        throw error
      },
    })
    for (const event of ['before_batch', 'after_pred', 'after_loss'] as const) {
      await expect(learn.fit(1e-2, 1, { callbacks: [stats(), failing(event, new Error('no'))] })).rejects.toThrow('no')
      await learn.fit(1e-2, 1, { callbacks: [stats(), failing(event, new CancelBatch())] })
    }
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(before)
    expect((learn.model as Sequential).layers.map(layer => Object.hasOwn(layer, 'call'))).toEqual(calls)
  })
})

it('both go on from a state within a fit', async () => {
  for (const make1 of [() => new GradientStats({ every: 1 }), () => new ActivationStats({ every: 1 })]) {
    const first = make1()
    await make().fit(1e-2, 1, { callbacks: first })
    const second = make1()
    const move: Callback<Learner> = { before_epoch: () => second.restore(JSON.parse(JSON.stringify(first.state()))) }
    await make().fit(1e-2, 1, { callbacks: [second, move] })
    expect(second.stats.length).toBe(10)
    expect(second.stats.slice(5)).toEqual(first.stats)
    expect(() => second.restore({} as never)).toThrow(/no state of it/)
  }
})

it.each([0, 0.5, '2'])('both refuse every: %j', every => {
  expect(() => new GradientStats({ every: every as never })).toThrow(/every must be a whole number/)
  expect(() => new ActivationStats({ every: every as never })).toThrow(/every must be a whole number/)
})
