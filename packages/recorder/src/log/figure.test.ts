import { expect, test } from 'vitest'
import { formatBytes, formatFigure, formatRate, formatShort } from './figure.js'

test('a figure of a table keeps its digits, in ten characters', () => {
  const shown = [0.000123456, 12345.6, 1.25e-5, 1e-120, 0, 9.5, null].map(formatFigure)
  expect(shown).toEqual(['0.00012346', '12345.600', '1.2500e-5', '1.000e-120', '0.000000', '9.500000', ''])
})

test('a figure that is read in passing has four digits', () => {
  const shown = [0.000123, 12345.6, 0.123456, 0, Number.NaN, 2.5e7].map(formatShort)
  expect(shown).toEqual(['1.2e-4', '12346', '0.1235', '0', 'NaN', '2.5e7'])
})

test('a rate has two or three', () => {
  const shown = [0.254, 3.21, 12.3, 999, 999.7, 3210, 15_400, 2.5e6, Number.POSITIVE_INFINITY].map(formatRate)
  expect(shown).toEqual(['0.25', '3.2', '12', '999', '1k', '3.2k', '15k', '2.5M', '-'])
})

test('bytes are of a unit that people say', () => {
  expect([0, 900, 1.234e6, 64e6, 2.1e9].map(formatBytes)).toEqual(['0 B', '900 B', '1.2 MB', '64 MB', '2.1 GB'])
})
