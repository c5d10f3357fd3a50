import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomSplit, type Split } from './random-split.js'
import { groupSplit, kFold, markedSplit, stratifiedSplit, timeSplit } from './split.js'

test('the two parts are all indices, each once, and the same for the same seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 100 }), fc.nat(1000), (n, seed) => {
      const [train, valid] = randomSplit(n, 0.5, seed)
      expect(valid.length).toBe(Math.floor(n / 2))
      expect([...train, ...valid].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      expect(randomSplit(n, 0.5, seed)).toEqual([train, valid])
    }),
  )
  expect(randomSplit(100, 0.2, 1)).not.toEqual(randomSplit(100, 0.2, 2))
})

test.each([0, 1, -0.2, 20, Number.NaN, '0.2'])('refuses the part %s', part => {
  expect(() => randomSplit(10, part as number)).toThrow(/valid_pct is .*; expected a part above 0 and below 1, such as 0.2/)
})

test('refuses a part that is less than one sample', () => {
  expect(() => randomSplit(4, 0.2)).toThrow('valid_pct is 0.2, which of 4 samples is less than one')
})

const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 60 })
const part = fc.double({ min: 0.05, max: 0.95, noNaN: true })
const seeds = fc.nat(1000)

function everyIndexOnce([train, valid]: Split, n: number): void {
  expect([...train, ...valid].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
}

test('a stratified split has its part of each class on both sides, to within one, and trains on every class', () => {
  fc.assert(
    fc.property(labels, part, seeds, (labels, part, seed) => {
      fc.pre(Math.floor(labels.length * part) > 0 && new Set(labels).size < labels.length)
      const split = stratifiedSplit(labels, part, seed)
      everyIndexOnce(split, labels.length)
      for (const label of new Set(labels)) {
        const [train, valid] = split.map(side => Array.from(side).filter(i => labels[i] === label).length) as [number, number]
        expect(train).toBeGreaterThan(0)
        expect(valid).toBeLessThanOrEqual(Math.ceil((train + valid) * part))
        expect(valid).toBeGreaterThanOrEqual(Math.min(Math.floor((train + valid) * part), train + valid - 1))
      }
      expect(stratifiedSplit(labels, part, seed)).toEqual(split)
    }),
  )
})

test('a split by time trains on nothing that is as late as what it validates on', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { minLength: 2 }), part, (times, part) => {
      fc.pre(Math.floor(times.length * part) > 0)
      fc.pre([...times].sort((a, b) => a - b)[times.length - Math.floor(times.length * part)]! > Math.min(...times))
      const [train, valid] = timeSplit(times, part)
      everyIndexOnce([train, valid], times.length)
      expect(valid.length).toBeGreaterThanOrEqual(Math.floor(times.length * part))
      expect(Math.max(...Array.from(train, i => times[i]!))).toBeLessThan(Math.min(...Array.from(valid, i => times[i]!)))
    }),
  )
})

test('a split by group has no group on both sides, and about the part that was asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 2 }), part, seeds, (groups, part, seed) => {
      fc.pre(Math.floor(groups.length * part) > 0 && new Set(groups).size > 1)
      const split = groupSplit(groups, part, seed)
      everyIndexOnce(split, groups.length)
      const [train, valid] = split.map(side => new Set(Array.from(side, i => groups[i]!))) as [Set<number>, Set<number>]
      expect([...train].filter(group => valid.has(group))).toEqual([])
    }),
  )
  const groups = Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10))
  expect(groupSplit(groups, 0.2, 3)[1].length).toBe(200)
})

test('marks decide', () => {
  expect(markedSplit([0, 1, 1, 0])).toEqual([Int32Array.of(0, 3), Int32Array.of(1, 2)])
})

test('of k folds each sample validates in one, and all but those train', () => {
  fc.assert(
    fc.property(
      labels,
      fc.integer({ min: 2, max: 5 }),
      seeds,
      fc.constantFrom('none', 'labels', 'groups'),
      (labels, k, seed, by) => {
        fc.pre(labels.length >= k && (by !== 'groups' || new Set(labels).size >= k))
        const folds = kFold(labels.length, k, { seed, ...(by !== 'none' && { [by]: labels }) })
        for (const fold of folds) everyIndexOnce(fold, labels.length)
        everyIndexOnce([Int32Array.from(folds.flatMap(([, valid]) => [...valid])), new Int32Array()], labels.length)
        const sizes = folds.map(([, valid]) => valid.length)
        if (by !== 'groups') expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        for (const label of new Set(labels)) {
          const counts = folds.map(([, valid]) => Array.from(valid).filter(i => labels[i] === label).length)
          if (by === 'labels') expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          if (by === 'groups') expect(counts.filter(count => count > 0)).toHaveLength(1)
        }
      },
    ),
  )
})

describe('refuses, in a sentence,', () => {
  test.each([
    [() => stratifiedSplit(['a', 'b', 'c'], 0.5), 'There is nothing to validate on: every class has but one sample.'],
    [
      () => timeSplit([1, 1, 1, 1], 0.5),
      'There is nothing to train on: the first 2 samples are as late as those that come after.',
    ],
    [() => timeSplit([1, Number.NaN], 0.5), 'A time is missing'],
    [() => groupSplit(['a', 'a'], 0.5), 'There is nothing to validate on: all samples are of one group.'],
    [() => groupSplit(3 as never, 0.5), 'groups is 3; expected a list with one for each sample.'],
    [() => markedSplit([true, true]), 'There is nothing to train on: all samples have the same mark.'],
    [() => markedSplit([0, 2]), 'Mark 1 is 2; expected true or 1'],
    [() => kFold(3, 4), 'k must be a whole number from 2 to 3, but it is 4.'],
    [() => kFold(3, 2, { groups: ['a', 'a', 'a'] }), 'There are 1 groups for 2 folds'],
    [() => kFold(3, 2, { labels: ['a'] }), 'There are 1 labels for 3 samples'],
    [() => kFold(2, 2, { labels: ['a', 'b'], groups: ['a', 'b'] }), 'Both labels and groups are given'],
  ])('case %#', (split, message) => expect(split).toThrow(message))
})
