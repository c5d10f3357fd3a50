import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SortishSampler } from './sortish-sampler.js'

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const lengthsOf = fc.array(fc.nat(30), { minLength: 1, maxLength: 80 })

const batchesOf = (pass: Int32Array, bs: number) =>
  Array.from({ length: Math.ceil(pass.length / bs) }, (_, i) => [...pass.subarray(i * bs, (i + 1) * bs)])

test('every pass visits every index once, in batches that are sorted, the longest first', () => {
  fc.assert(
    fc.property(lengthsOf, fc.integer({ min: 1, max: 9 }), seeds, (lengths, bs, seed) => {
      const sampler = new SortishSampler(lengths, { bs, seed })
      for (const pass of [sampler.pass(), sampler.pass()]) {
        expect([...pass].sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
        const batches = batchesOf(pass, bs)
        for (const batch of batches)
          for (const [i, index] of batch.entries()) if (i > 0) expect(lengths[index]).toBeLessThanOrEqual(lengths[batch[i - 1]!]!)
        const full = batches.filter(batch => batch.length === bs)
        // Among so few samples all are sorted: no two batches overlap.
        const ends = full
          .map(batch => [lengths[batch[0]!]!, lengths[batch.at(-1)!]!] as const)
          .sort(([a, b], [c, d]) => c - a || d - b)
        for (const [i, [longest]] of ends.entries()) if (i > 0) expect(longest).toBeLessThanOrEqual(ends[i - 1]![1])
        if (full.length > 0) expect(lengths[full[0]![0]!]).toBe(Math.max(...full.flat().map(index => lengths[index]!)))
      }
    }),
  )
})

test('a state brings back the coming passes, and a seed those of a sampler made with it', () => {
  fc.assert(
    fc.property(lengthsOf, seeds, fc.nat(3), (lengths, seed, before) => {
      const sampler = new SortishSampler(lengths, { bs: 4, seed })
      for (let i = 0; i < before; i++) sampler.pass()
      const state = JSON.parse(JSON.stringify(sampler.state()))
      const expected = [sampler.pass(), sampler.pass()]
      const other = new SortishSampler(lengths, { bs: 4 })
      other.restore(state)
      expect([other.pass(), other.pass()]).toEqual(expected)
      other.reseed(seed)
      expect(other.pass()).toEqual(new SortishSampler(lengths, { bs: 4, seed }).pass())
    }),
  )
})

test('batches and those that fill none are others in each pass, and little is padded', () => {
  const lengths = Array.from({ length: 5003 }, (_, i) => (i * 7919) % 400)
  const sampler = new SortishSampler(lengths, { bs: 32, seed: 1 })
  const [first, second] = [sampler.pass(), sampler.pass()]
  expect(first.slice(32)).not.toEqual(second.slice(32))
  const left = [first, second].map(pass => [...pass.slice(5003 - (5003 % 32))])
  expect(left[0]).not.toEqual(left[1])
  expect(left.flat().filter(index => lengths[index]! > 200).length).toBeGreaterThan(2)
  const padded = batchesOf(first, 32).reduce((sum, batch) => sum + batch.length * lengths[batch[0]!]!, 0)
  expect(padded / lengths.reduce((sum, length) => sum + length, 0)).toBeLessThan(1.03)
})

test.each([
  [() => new SortishSampler([]), 'the number of lengths must be a whole number of at least 1'],
  [() => new SortishSampler([1, -1]), 'Length 1 is -1; expected a number of at least 0.'],
  [() => new SortishSampler('abc' as never), "lengths is 'abc'; expected a list"],
  [() => new SortishSampler([1], { bs: 0 }), 'bs must be a whole number of at least 1'],
  [() => new SortishSampler([1], { batch_size: 2 } as never), 'SortishSampler has no option batch_size'],
])('refuses, in a sentence, case %#', (make, message) => expect(make).toThrow(message))
