import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { expectClose, floats } from '../testing/numerical.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { GradientClip, type GradientClipOptions } from './gradient-clip.js'

beforeAll(useCpu)

type Gradients = Record<string, number[]>

/** Gradients before and after, for those given in place of a first batch's own. */
async function clipped(options: GradientClipOptions, make: (own: tf.Tensor) => tf.Tensor = own => tf.mul(own, 100)) {
  const seen: Gradients[] = []
  const weights: Gradients = {}
  const read = ({ grads }: Learner) => {
    seen.push(Object.fromEntries(Object.entries(grads).map(([name, tensor]) => [name, [...tensor.dataSync()]])))
  }
  const given = {
    order: 10,
    before_step(learn: Learner) {
      for (const { name, variable } of learn.trained) weights[name] = [...variable.dataSync()]
      learn.grads = Object.fromEntries(Object.entries(learn.grads).map(([name, own]) => [name, make(own)]))
      read(learn)
    },
  }
  const stop = {
    order: 12,
    before_step(learn: Learner) {
      read(learn)
      given.before_step = () => {}
      stop.before_step = () => {}
    },
  }
  const learn = tinyLearner({ callbacks: [given, new GradientClip(options), stop] })
  const before = tf.memory().numTensors
  await learn.fit(1e-2, 1)
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  return { before: seen[0]!, after: seen[1]!, weights }
}

const norm = (gradients: Gradients, p = 2) => {
  const all = Object.values(gradients).flat().map(Math.abs)
  return p === Number.POSITIVE_INFINITY ? Math.max(...all) : all.reduce((sum, g) => sum + g ** p, 0) ** (1 / p)
}

describe('by norm', () => {
  it.each([1, 2, 3, Number.POSITIVE_INFINITY])('scales all gradients to the norm %d', async norm_type => {
    const { before, after } = await clipped({ max_norm: 0.5, norm_type })
    expect(norm(before, norm_type)).toBeGreaterThan(1)
    expect(Math.abs(norm(after, norm_type) / 0.5 - 1)).toBeLessThan(1e-5)
    const share = 0.5 / (norm(before, norm_type) + 1e-6)
    for (const name in before) {
      expectClose(
        after[name]!,
        before[name]!.map(g => g * share),
        1e-6,
      )
    }
  })

  it('leaves smaller ones as they are, to the bit', async () => {
    const { before, after } = await clipped({ max_norm: 1e4 })
    expect(after).toEqual(before)
  })

  it('never leaves a larger one, and keeps the direction', async () => {
    const one = fc.record({ values: floats(16, -50, 50), max_norm: fc.double({ min: 0.1, max: 100, noNaN: true }) })
    await fc.assert(
      fc.asyncProperty(one, async ({ values, max_norm }) => {
        const fill = (own: tf.Tensor) =>
          tf.tensor(
            Array.from({ length: own.size }, (_, i) => values[i % 16]!),
            own.shape,
          )
        const { before, after } = await clipped({ max_norm }, fill)
        expect(norm(after)).toBeLessThanOrEqual(max_norm * (1 + 1e-6))
        const share = Math.min(1, max_norm / (norm(before) + 1e-6))
        for (const name in before) {
          expectClose(
            after[name]!,
            before[name]!.map(g => g * share),
            2e-5,
          )
        }
      }),
      { numRuns: 15 },
    )
  })
})

it('keeps each element within a value', async () => {
  const { before, after } = await clipped({ clip_value: 0.25 })
  expect(Math.max(...Object.values(before).flat())).toBeGreaterThan(0.25)
  for (const name in before) expect(after[name]).toEqual(before[name]!.map(g => Math.max(-0.25, Math.min(0.25, g))))
})

it('adaptively, by the norm of each unit’s own weights', async () => {
  const { before, after, weights } = await clipped({ clip_factor: 0.01 })
  const units = 8
  const of = (values: number[], unit: number) => Math.hypot(...values.filter((_, i) => i % units === unit))
  const expected = before['0.kernel']!.map((g, i) => {
    const unit = i % units
    const largest = 0.01 * Math.max(of(weights['0.kernel']!, unit), 1e-3)
    return g * Math.min(1, largest / Math.max(of(before['0.kernel']!, unit), 1e-6))
  })
  expectClose(after['0.kernel']!, expected, 1e-6)
  expect(after['0.kernel']).not.toEqual(before['0.kernel'])
  // Zeros: a vector is one unit, with the smallest norm.
  expect(Math.hypot(...after['0.bias']!)).toBeLessThanOrEqual(1e-5 * 1.001)
})

/** Layers over images of 5x5x2, and which numbers of their kernel are of the unit of number i. */
const kernels: [string, layers.Layer, (i: number) => number][] = [
  ['a convolution: by filter', layers.conv2d({ filters: 3, kernelSize: 2, inputShape: [5, 5, 2] }), i => i % 3],
  [
    'a transposed one: by filter',
    layers.conv2dTranspose({ filters: 3, kernelSize: 2, inputShape: [5, 5, 2] }),
    i => Math.floor(i / 2) % 3,
  ],
  [
    'one by channel: by channel and filter',
    layers.depthwiseConv2d({ depthMultiplier: 3, kernelSize: 2, inputShape: [5, 5, 2] }),
    i => i % 6,
  ],
]
it.each(kernels)('adaptively in %s', async (_, layer, unitOf) => {
  const data = DataBunch.from_arrays({
    x: new Float32Array(200).map((_, i) => Math.sin(i)),
    shape: [5, 5, 2],
    y: [0, 1, 0, 1],
    bs: 4,
  })
  const model = sequential({ layers: [layer, layers.flatten(), layers.dense({ units: 2 })] })
  const before: Record<string, number[]> = {}
  let clippedTo: ArrayLike<number> = []
  const look = (into: (learn: Learner) => void, order: number): Callback<Learner> => ({ order, before_step: into })
  const name = layer.getClassName() === 'DepthwiseConv2D' ? '0.depthwise_kernel' : '0.kernel'
  const read = (learn: Learner) => {
    before['gradient'] = [...learn.grads[name]!.dataSync()]
    before['weight'] = [...learn.trained[0]!.variable.dataSync()]
  }
  const after = (learn: Learner) => {
    clippedTo = learn.grads[name]!.dataSync()
  }
  const learn = new Learner(data, model, { progress: false })
  await learn.fit(1e-2, 1, { callbacks: [look(read, 10), new GradientClip({ clip_factor: 1e-4 }), look(after, 12)] })
  const of = (values: number[], unit: number) => Math.hypot(...values.filter((_, i) => unitOf(i) === unit))
  const expected = before['gradient']!.map((g, i) => {
    const [size, largest] = [of(before['gradient']!, unitOf(i)), 1e-4 * of(before['weight']!, unitOf(i))]
    return size > largest ? (g * largest) / size : g
  })
  expectClose(Array.from(clippedTo), expected, 1e-7)
  expect(expected).not.toEqual(before['gradient'])
})

it.each<[GradientClipOptions, RegExp]>([
  [{ max_norm: 0 }, /max_norm must be a number above 0/],
  [{ norm_type: 0.5 }, /norm_type must be a number at least 1/],
  [{ clip_value: -1 }, /clip_value/],
  [{ clip_factor: Number.POSITIVE_INFINITY }, /clip_factor/],
  [{ max_norm: 1, clip_value: 1 }, /one way, but was given max_norm or norm_type \(1\) and clip_value \(1\)/],
  [{ maxnorm: 1 } as never, /no option maxnorm. Did you mean max_norm/],
])('refuses %j', (options, words) => {
  expect(() => new GradientClip(options)).toThrow(words)
})
