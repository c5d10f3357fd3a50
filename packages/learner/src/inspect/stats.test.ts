import { type Callback, CancelBatch } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import type { Sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { vegaLiteErrors } from '../../../plot/src/testing/vega-lite-errors.js'
import { Learner } from '../learner.js'
import { GradientClip } from '../technique/gradient-clip.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { ActivationStats } from './activation-stats.js'
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

describe('histograms', () => {
  it('count each value of a layer once, what lies beyond in the outer bins', async () => {
    const outputs: number[][] = []
    const look: Callback<Learner> = { after_pred: ({ pred }) => void outputs.push([...(pred as tf.Tensor).dataSync()]) }
    const stats = new ActivationStats({ every: 1, with_hist: true, bins: 4, range: [-0.5, 0.5] })
    await make().fit(1e-2, 1, { callbacks: [stats, look] })
    stats.stats.forEach(({ layers }, batch) => {
      const counts = [0, 0, 0, 0]
      for (const value of outputs[batch]!) counts[Math.max(0, Math.min(3, Math.floor((value + 0.5) * 4)))]!++
      expect(layers['2.Dense']!.hist).toEqual(counts)
      expect(layers['0.Dense']!.hist!.reduce((a, b) => a + b)).toBe(32)
    })
  })

  it('hold values that are no numbers without a fault', async () => {
    const learn = make()
    const spoil: Callback<Learner> = {
      before_batch(learn) {
        learn.xb = tf.fill((learn.xb as tf.Tensor).shape, Number.NaN)
      },
    }
    const stats = new ActivationStats({ every: 1, with_hist: true })
    await expect(learn.fit(1e-2, 1, { callbacks: [stats, spoil] })).rejects.toThrow(/loss became NaN/)
    expect(stats.stats[0]!.layers['0.Dense']!.hist!.reduce((a, b) => a + b)).toBe(32)
  })

  it('are drawn as a column a batch, in logarithms', async () => {
    const stats = new ActivationStats({ every: 2, with_hist: true })
    expect(() => stats.color_dim()).toThrow(/has recorded no batch/)
    await make().fit(1e-2, 2, { callbacks: stats })
    const { panels } = stats.color_dim(undefined, { show: false }).chart
    expect(panels.map(({ title, y }) => [title, y.label])).toEqual([
      ['0.Dense', 'Activation'],
      ['1.BatchNormalization', 'Activation'],
      ['2.Dense', 'Activation'],
    ])
    expect(panels[0]!.drawn!.words()).toBe(
      `0.Dense, Activation by Batches: 40 rows of 5 values, log(1 + count), from 0 to ${Math.log1p(most(stats, '0.Dense')).toPrecision(4)}`,
    )
    for (const theme of ['light', 'dark'] as const)
      expect(vegaLiteErrors(await stats.color_dim(undefined, { show: false }).vegaLite({ theme }))).toEqual([])
    expect(stats.color_dim(-1, { show: false }).title).toBe('2.Dense')
    expect(stats.color_dim('1.BatchNormalization', { show: false }).title).toBe('1.BatchNormalization')
    expect(() => stats.color_dim(3)).toThrow(/3 is no layer that was recorded. There are: 0.Dense, 1.Batch/)
    const without = new ActivationStats()
    await make().fit(1e-2, 1, { callbacks: without })
    expect(() => without.color_dim()).toThrow(/with_hist: true/)
  })

  const most = (stats: ActivationStats, layer: string) => Math.max(...stats.stats.flatMap(({ layers }) => layers[layer]!.hist!))
})

it('figures of a layer, and norms of gradients, are drawn over the batches', async () => {
  const [activations, gradients] = [new ActivationStats({ every: 2 }), new GradientStats({ every: 2 })]
  expect(() => gradients.plot_norms()).toThrow(/has recorded no batch/)
  await make().fit(1e-2, 1, { callbacks: [activations, gradients] })
  const { panels } = activations.plot_layer_stats('2.Dense', { show: false }).chart
  expect(panels.map(({ series }) => series[0]!.points)).toEqual(
    (['mean', 'std', 'near_zero'] as const).map(figure =>
      activations.stats.map(({ train_iter, layers }) => [train_iter, layers['2.Dense']![figure]]),
    ),
  )
  const [all, each] = gradients.plot_norms({ show: false }).chart.panels
  expect(all!.series[0]!.points).toEqual(gradients.stats.map(({ train_iter, norm }) => [train_iter, norm]))
  expect(each!.drawn!.words()).toMatch(/By parameter, Batches: 6 rows of 3 values, log10 of norm/)
  for (const theme of ['light', 'dark'] as const)
    expect(vegaLiteErrors(await gradients.plot_norms({ show: false }).vegaLite({ theme }))).toEqual([])
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

it.each([{ bins: 0 }, { range: [1, 0] as const }, { range: [1] as never }, { with_hist: 1 as never }])('refuses %o', options => {
  expect(() => new ActivationStats(options)).toThrow(/bins must be|range must be|with_hist must be/)
})
