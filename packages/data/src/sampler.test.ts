import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RandomSampler, SequentialSampler } from './sampler.js'

const lengths = fc.integer({ min: 1, max: 50 })
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

test('a sequential sampler counts up in each pass', () => {
  const sampler = new SequentialSampler(4)
  expect([...sampler.pass()]).toEqual([0, 1, 2, 3])
  expect([...sampler.pass()]).toEqual([0, 1, 2, 3])
})

test('each pass of a random sampler visits every index once', () => {
  fc.assert(
    fc.property(lengths, seeds, (length, seed) => {
      const sampler = new RandomSampler(length, seed)
      for (const pass of [sampler.pass(), sampler.pass()]) {
        expect([...pass].sort((a, b) => a - b)).toEqual([...new SequentialSampler(length).pass()])
      }
    }),
  )
})

test('passes differ, and so do seeds', () => {
  const sampler = new RandomSampler(50, 1)
  const first = [...sampler.pass()]
  expect([...sampler.pass()]).not.toEqual(first)
  expect([...new RandomSampler(50, 2).pass()]).not.toEqual(first)
  expect([...new RandomSampler(50, 1).pass()]).toEqual(first)
})

test('a state brings back the coming passes', () => {
  fc.assert(
    fc.property(lengths, seeds, fc.nat(3), (length, seed, before) => {
      const sampler = new RandomSampler(length, seed)
      for (let i = 0; i < before; i++) sampler.pass()
      const state = JSON.parse(JSON.stringify(sampler.state()))
      const expected = [sampler.pass(), sampler.pass()]
      const other = new RandomSampler(length)
      other.restore(state)
      expect([other.pass(), other.pass()]).toEqual(expected)
    }),
  )
})

test('a sampler of nothing is refused, and a foreign state', () => {
  expect(() => new RandomSampler(0)).toThrow('length must be a whole number of at least 1, but it is 0.')
  expect(() => new SequentialSampler(1.5)).toThrow('length must be a whole number of at least 1, but it is 1.5')
  expect(() => new SequentialSampler(2).restore([1, 2, 3, 4])).toThrow('expected null')
  expect(() => new RandomSampler(2).restore(null)).toThrow('not the state')
})
