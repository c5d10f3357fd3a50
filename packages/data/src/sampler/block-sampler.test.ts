import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockSampler } from './block-sampler.js'

const sizes = fc.array(fc.nat(9), { minLength: 1, maxLength: 12 }).filter(list => list.some(size => size > 0))
const startsOf = (list: readonly number[]) =>
  Int32Array.from([0, ...list.map((_, i) => list.slice(0, i + 1).reduce((a, b) => a + b, 0))])

test('a pass has every index once, and goes through a few blocks at a time', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 5 }), fc.nat(1000), (list, together, seed) => {
      const starts = startsOf(list)
      const sampler = new BlockSampler(starts, together, seed)
      const pass = sampler.pass()
      expect([...pass].sort((a, b) => a - b)).toEqual(Array.from({ length: starts.at(-1)! }, (_, i) => i))
      // Whoever is left for good is not asked for again: so many blocks suffice in memory.
      const blockOf = (index: number) => starts.findLastIndex(start => start <= index)
      const order = Array.from(pass, blockOf)
      for (const [i, block] of order.entries()) {
        const open = new Set(order.slice(0, i + 1).filter(other => order.lastIndexOf(other) >= i))
        expect(open.size).toBeLessThanOrEqual(together)
        expect(open.has(block)).toBe(true)
      }
      const state = JSON.parse(JSON.stringify(sampler.state()))
      const next = sampler.pass()
      const other = new BlockSampler(starts, together, seed + 1)
      other.restore(state)
      expect(other.pass()).toEqual(next)
      other.reseed(seed)
      expect(other.pass()).toEqual(pass)
    }),
  )
})

test('all orders of a few are equally likely, when all blocks are there at a time', () => {
  const counts = new Map<string, number>()
  const sampler = new BlockSampler(Int32Array.of(0, 1, 3), 2, 1)
  for (let i = 0; i < 6000; i++) {
    const order = sampler.pass().join()
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
