import fc from 'fast-check'
import { expect, test } from 'vitest'
import { datesLike, parseDate, parseNumber } from './parse-cell.js'

test('every number that JavaScript writes is read as itself', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), number => {
      expect(parseNumber(String(number))).toBe(Object.is(number, -0) ? 0 : number)
    }),
  )
})

test.each(['', ' ', 'x', '1x', '0x10', '0b1', '1,5', '1 2', '--1'])('%j is no number', text => {
  expect(parseNumber(text)).toBeUndefined()
})

test('every time that JavaScript writes is read as itself', () => {
  const dates = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  fc.assert(
    fc.property(dates, date => {
      expect(parseDate(date.toISOString())).toBe(date.getTime())
    }),
  )
})

test.each([
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['2024/2/9', '2024-02-09T00:00:00Z'],
  ['2024-02-29 13:14', '2024-02-29T13:14:00Z'],
  ['2024-02-29T13:14:15.678901+02:00', '2024-02-29T11:14:15.678Z'],
  ['2024-02-29T13:14:15-0530', '2024-02-29T18:44:15Z'],
])('%s is %s', (text, time) => expect(parseDate(text)).toBe(Date.parse(time)))

test.each(['2023-02-29', '2024-13-01', '24-01-01', '2024-01/02', '12/03/2024', '2024-01-02T25:00', '2024', 'today'])(
  '%s is no date',
  text => {
    expect(parseDate(text)).toBeUndefined()
  },
)

test('dates are read as they are said to be written', () => {
  expect(datesLike('DD.MM.YYYY')('03.02.2001')).toBe(Date.UTC(2001, 1, 3))
  expect(datesLike('M/D'.replace('M', 'MM').replace('D', 'DD'))('2/3')).toBe(Date.UTC(1970, 1, 3))
  expect(datesLike('MM/DD/YY HH:mm')('2/3/69 14:05')).toBe(Date.UTC(2069, 1, 3, 14, 5))
  expect(datesLike('MM/DD/YY HH:mm')('2/3/70 14:05')).toBe(Date.UTC(1970, 1, 3, 14, 5))
  expect(datesLike('DD.MM.YYYY')('30.02.2001')).toBeUndefined()
  expect(datesLike('DD.MM.YYYY')('30-02-2001')).toBeUndefined()
})
