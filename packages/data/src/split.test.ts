import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomSplit } from './split.js'

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
