import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberSample } from './number-sample.js'

test('the median is that of sorting, in one part or several', () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }))
  fc.assert(
    fc.property(fc.array(fc.array(number), { minLength: 1 }), parts => {
      const sorted = Float64Array.from(parts.flat().filter(each => !Number.isNaN(each))).sort()
      fc.pre(sorted.length > 0)
      const sample = new NumberSample()
      for (const part of parts) sample.add(part)
      const half = (sorted.length - 1) / 2
      const wanted = (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2
      // Neither cares which zero it is.
      expect(sample.median() + 0).toBe(half % 1 === 0 ? sorted[half]! + 0 : wanted + 0)
    }),
  )
})

test('of very many it is about that of all, and the same each time', () => {
  const parts = Array.from({ length: 6 }, (_, part) => Float64Array.from({ length: 2 ** 19 }, (_, i) => part * 2 ** 19 + i))
  const median = () => {
    const sample = new NumberSample()
    for (const part of parts) sample.add(part)
    return sample.median()
  }
  expect(median() / (3 * 2 ** 19)).toBeCloseTo(1, 2)
  expect(median()).toBe(median())
})
