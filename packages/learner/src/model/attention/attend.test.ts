import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { type AttentionSizes, attentionInFloat64 } from '../../../../backend/src/testing/attention.js'
import { expectClose, slopes } from '../../testing/numerical.js'
import { useCpu } from '../../testing/tiny.js'
import { type AttendOptions, attend } from './attend.js'
import { dropoutMask } from './dropout-mask.js'

beforeAll(useCpu)

const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(1 + i * 7.3 + seed * 2.1)))

function inputsOf({ batch, queries, keys, heads, size, values }: AttentionSizes) {
  const shapes = [
    [batch, queries, heads * size],
    [batch, keys, heads * size],
    [batch, keys, heads * values],
  ] as [number, number, number][]
  return shapes.map((shape, i) => ({ shape, values: numbers(tf.util.sizeFromShape(shape), i) }))
}

type Rule = (batch: number, query: number, key: number) => boolean

const masks: Record<string, Rule | undefined> = {
  none: undefined,
  some: (b, i, j) => (b + i + 2 * j) % 3 !== 0,
  'nothing for every second': (_, i) => i % 2 === 0,
  nothing: () => false,
}

function expectDefinition(sizes: AttentionSizes, causal: boolean, visible: Rule | undefined, rate = 0) {
  const { batch, queries, keys, heads, values } = sizes
  const given = inputsOf(sizes)
  const kept = rate > 0 ? dropoutMask(batch * heads * queries * keys, rate, 5) : undefined
  const dy = numbers(batch * queries * heads * values, 9)
  const loss = (...xs: (readonly number[])[]) =>
    attentionInFloat64(sizes, { causal, kept, ...(visible && { visible }) }, xs as never).reduce(
      (sum, y, i) => sum + y * dy[i]!,
      0,
    )
  const before = tf.memory().numTensors
  const [value, ...gradients] = tf.tidy(() => {
    const options: AttendOptions = {
      ...{ heads, causal, mask: visible && maskOf(visible, [batch, queries, keys]) },
      dropout: rate > 0 ? { rate, seed: 5 } : undefined,
    }
    const run = (...xs: tf.Tensor[]) => attend(...(xs as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D]), options)
    const xs = given.map(({ shape, values }) => tf.tensor(values, shape))
    const grads = queries * keys * batch > 0 ? tf.grads(run)(xs, tf.tensor(dy, [batch, queries, heads * values])) : []
    return [run(...xs), ...grads].map(tensor => tensor.dataSync())
  })
  expect(tf.memory().numTensors).toBe(before)
  const xs = given.map(each => each.values)
  expectClose(value!, attentionInFloat64(sizes, { causal, kept, ...(visible && { visible }) }, xs as never), 1e-5)
  gradients.forEach((gradient, i) => {
    const ofOne = (x: readonly number[]) => loss(...xs.with(i, x as number[]))
    expectClose(gradient, slopes(ofOne, xs[i]!, 1e-4), 2e-5)
  })
}

function maskOf(visible: Rule, [batch, queries, keys]: [number, number, number]): tf.Tensor {
  const all = tf.buffer([batch, queries, keys], 'bool')
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < queries; i++) for (let j = 0; j < keys; j++) all.set(visible(b, i, j), b, i, j)
  return all.toTensor()
}

it('has the values and gradients of its definition in float64', () => {
  const sizes = fc.record({
    ...{ batch: fc.integer({ min: 1, max: 2 }), queries: fc.integer({ min: 1, max: 4 }), keys: fc.integer({ min: 1, max: 4 }) },
    ...{ heads: fc.integer({ min: 1, max: 2 }), size: fc.integer({ min: 1, max: 3 }), values: fc.integer({ min: 1, max: 3 }) },
  })
  fc.assert(
    fc.property(
      sizes,
      fc.boolean(),
      fc.constantFrom(...Object.values(masks)),
      fc.constantFrom(0, 0.4),
      (sizes, causal, visible, rate) => {
        expectDefinition(sizes, causal, visible, rate)
      },
    ),
    { numRuns: 40 },
  )
})

it.each(['batch', 'queries', 'keys'])('of no %s is empty, or 0 where there is nothing to look at', which => {
  expectDefinition({ batch: 1, queries: 2, keys: 2, heads: 2, size: 2, values: 1, [which]: 0 }, false, undefined)
})

it('passes NaN on to who looks at it, and to nobody else', () => {
  const [y, later] = tf.tidy(() => {
    const x = tf.tensor3d([1, 2, Number.NaN, 4, 5, 6], [1, 3, 2])
    return [{}, { causal: true }].map(options => [...attend(x, x, x, { heads: 1, ...options }).dataSync()].map(Number.isNaN))
  })
  expect(y).toEqual([true, true, true, true, true, true])
  expect(later!.slice(2)).toEqual([true, true, true, true])
})

it('drops as many weights as asked for, others for another seed, in another place for another number', () => {
  const masks = [1, 2].map(seed => dropoutMask(100_000, 0.3, seed))
  for (const mask of masks) {
    expect(mask.filter(kept => kept === 0).length / mask.length).toBeCloseTo(0.3, 2)
    expect(mask.reduce((sum, kept) => sum + kept, 0) / mask.length).toBeCloseTo(1, 2)
    // Neighbours are left out together no more often than others.
    const pairs = mask.filter((kept, i) => kept === 0 && mask[i + 1] === 0)
    expect(pairs.length / mask.length).toBeCloseTo(0.09, 2)
  }
  const both = masks[0]!.filter((kept, i) => kept === 0 && masks[1]![i] === 0)
  expect(both.length / 100_000).toBeCloseTo(0.09, 2)
})
