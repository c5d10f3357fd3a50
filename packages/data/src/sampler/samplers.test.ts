import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StratifiedSampler } from './stratified-sampler.js'
import { WeightedSampler } from './weighted-sampler.js'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const weights = fc
  .array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 1, maxLength: 12 })
  .filter(list => list.some(weight => weight > 0.01))
const labels = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 })

const timesIn = (pass: Int32Array, index: number) => pass.filter(each => each === index).length

test('a weighted pass has each index as often as its weight says, rounded up or down', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 60 }), seeds, (weights, length, seed) => {
      const sum = weights.reduce((total, weight) => total + weight, 0)
      const sampler = new WeightedSampler(weights, { length, seed })
      for (const pass of [sampler.pass(), sampler.pass()]) {
        expect(pass).toHaveLength(length)
        for (const [i, weight] of weights.entries()) {
          const share = (length * weight) / sum
          expect(timesIn(pass, i)).toBeGreaterThanOrEqual(Math.floor(share - 1e-9))
          expect(timesIn(pass, i)).toBeLessThanOrEqual(Math.ceil(share + 1e-9))
        }
      }
    }),
  )
})

test('over many passes the mean is the share', () => {
  const sampler = new WeightedSampler([1, 2, 4], { length: 3, seed: 1 })
  const passes = Array.from({ length: 2000 }, () => sampler.pass())
  const mean = (i: number) => passes.reduce((sum, pass) => sum + timesIn(pass, i), 0) / passes.length
  for (const [i, share] of [3 / 7, 6 / 7, 12 / 7].entries()) expect(Math.abs(mean(i) - share)).toBeLessThan(0.04)
})

test('a stratified pass visits every index once, and however far it goes each class has its share, to within one', () => {
  fc.assert(
    fc.property(labels, seeds, (labels, seed) => {
      const pass = new StratifiedSampler(labels, seed).pass()
      expect([...pass].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i))
      for (const label of new Set(labels)) {
        const share = labels.filter(each => each === label).length / labels.length
        let count = 0
        for (const [i, index] of pass.entries()) {
          if (labels[index] === label) count++
          expect(Math.abs(count - (i + 1) * share)).toBeLessThan(1)
        }
      }
    }),
  )
})

describe.each([
  ['weighted', (seed: number) => new WeightedSampler([1, 2, 3, 4, 5, 6, 7], { seed })],
  ['stratified', (seed: number) => new StratifiedSampler([1, 2, 1, 2, 2, 2, 1, 1], seed)],
])('a %s sampler', (_, make) => {
  test('draws by its seed, goes on from a state, and begins anew with a seed', () => {
    fc.assert(
      fc.property(seeds, fc.nat(3), (seed, before) => {
        const sampler = make(seed)
        expect(make(seed).pass()).toEqual(sampler.pass())
        for (let i = 0; i < before; i++) sampler.pass()
        const state = JSON.parse(JSON.stringify(sampler.state()))
        const expected = [sampler.pass(), sampler.pass()]
        const other = make(0)
        other.restore(state)
        expect([other.pass(), other.pass()]).toEqual(expected)
        other.reseed(seed)
        expect(other.pass()).toEqual(make(seed).pass())
      }),
    )
    const passes = new Set(Array.from({ length: 5 }, (_, seed) => make(seed).pass().join()))
    expect(passes.size).toBeGreaterThan(1)
  })
})

describe('refuses, in a sentence,', () => {
  test.each([
    [() => new WeightedSampler([1, -1]), 'Weight 1 is -1; expected a number of at least 0.'],
    [() => new WeightedSampler([0, 0]), 'All weights are 0: there is nothing to visit.'],
    [() => new WeightedSampler([]), 'length must be a whole number of at least 1'],
    [() => new WeightedSampler('abc' as never), "weights is 'abc'; expected a list"],
    [() => new WeightedSampler([1], { replacement: true } as never), 'WeightedSampler has no option replacement'],
    [() => new StratifiedSampler([]), 'the number of labels must be a whole number of at least 1'],
    [() => new StratifiedSampler(5 as never), 'labels is 5; expected a list'],
  ])('case %#', (make, message) => expect(make).toThrow(message))
})
