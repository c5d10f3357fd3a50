import fc from 'fast-check'
import { expect, test } from 'vitest'
import { axisScale, linearTicks, logTicks, tickLabels } from './ticks.js'

const axis = { label: '' }

test('ticks are round, ascending and inside', () => {
  expect(linearTicks(0.13, 0.92, 5)).toEqual([0.2, 0.4, 0.6, 0.8])
  expect(linearTicks(1, 4, 10, true)).toEqual([1, 2, 3, 4])
  expect(logTicks(1e-7, 10, 20)).toEqual([1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10])
  expect(logTicks(0.02, 0.3, 20)).toEqual([0.02, 0.05, 0.1, 0.2])
  expect(logTicks(1e-7, 10, 4)).toEqual([1e-7, 1e-4, 0.1])
})

test('any values get an axis that holds them, with at least two ticks in order, each with a label of its own', () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), fc.integer({ min: 2, max: 12 }), (values, count) => {
      const { domain, ticks } = axisScale(axis, [Math.min(...values), Math.max(...values)], count, true)
      const slack = 1e-6 * Math.max(...values.map(Math.abs))
      for (const v of values) expect(v >= domain[0] - slack && v <= domain[1] + slack).toBe(true)
      expect(ticks.length).toBeGreaterThanOrEqual(2)
      expect(ticks.length).toBeLessThan(60)
      expect(ticks).toEqual([...ticks].sort((a, b) => a - b))
      expect(new Set(tickLabels(ticks, axis)).size).toBe(ticks.length)
    }),
  )
})

test('labels are short where numbers are small, and equally precise where they are not', () => {
  expect(tickLabels([0.001, 0.01, 1e-5], { label: '', log: true })).toEqual(['0.001', '0.01', '1e-5'])
  expect(tickLabels([0, 0.05, 0.1], axis)).toEqual(['0.00', '0.05', '0.10'])
  expect(tickLabels([0, 0.0005, 0.001], axis)).toEqual(['0.0000', '0.0005', '0.0010'])
  expect(tickLabels([0, 5e-6, 1e-5], axis)).toEqual(['0', '5e-6', '1e-5'])
  expect(tickLabels([0, 5000, 10_000], { label: '', integer: true })).toEqual(['0', '5,000', '10,000'])
})
