import { expect, test } from 'vitest'
import { add_datepart } from './date-parts.js'
import { Table } from './table.js'

// pandas 3.1.1: what fastai's add_datepart asks of it. Year, Month, Week, Day, Dayofweek, Dayofyear; end and start of month, quarter and
// year; seconds since 1970.
test.each([
  ['2024-02-29', [2024, 2, 9, 29, 3, 60], [1, 0, 0, 0, 0, 0], 1709164800],
  ['2023-12-31', [2023, 12, 52, 31, 6, 365], [1, 0, 1, 0, 1, 0], 1703980800],
  ['2021-01-01', [2021, 1, 53, 1, 4, 1], [0, 1, 0, 1, 0, 1], 1609459200],
  ['2020-12-28', [2020, 12, 53, 28, 0, 363], [0, 0, 0, 0, 0, 0], 1609113600],
  ['1969-07-20', [1969, 7, 29, 20, 6, 201], [0, 0, 0, 0, 0, 0], -14256000],
  ['2024-03-31', [2024, 3, 13, 31, 6, 91], [1, 0, 1, 0, 0, 0], 1711843200],
  ['2024-04-01T13:14:15Z', [2024, 4, 14, 1, 0, 92], [0, 1, 0, 1, 0, 0], 1711977255],
])('%s has the parts that pandas finds', (text, numbers, marks, elapsed) => {
  const row = add_datepart(Table.from_rows([{ saledate: new Date(text) }]), 'saledate').row(0)
  const names = ['Year', 'Month', 'Week', 'Day', 'Dayofweek', 'Dayofyear']
  const yes = ['month_end', 'month_start', 'quarter_end', 'quarter_start', 'year_end', 'year_start']
  const expected = [
    ...names.map((name, i) => [`sale${name}`, numbers[i]]),
    ...yes.map((name, i) => [`saleIs_${name}`, marks[i] === 1]),
    ['saleElapsed', elapsed],
  ]
  expect(Object.entries(row)).toEqual(expected)
})

test('parts of a missing date are missing, hours are there when asked for, and the column may stay', () => {
  const table = Table.from_rows([
    { when: new Date('2024-04-01T13:14:15Z'), n: 1 },
    { when: null, n: 2 },
  ])
  const apart = add_datepart(table, 'when', { time: true, drop: false, prefix: 'w' })
  expect(apart.row(0)).toMatchObject({ n: 1, wHour: 13, wMinute: 14, wSecond: 15, when: new Date('2024-04-01T13:14:15Z') })
  expect(Object.values(apart.without(['n']).row(1)).every(cell => cell === null)).toBe(true)
})

test('a column of something else is refused', () => {
  const table = Table.from_rows([{ day: '2024-01-01' }])
  expect(() => add_datepart(table, 'day')).toThrow(
    "day holds no dates, but is a column of kind text: read it with types: { day: 'date' }.",
  )
  expect(() => add_datepart(table, 'days')).toThrow("There is no column 'days' in the table. Did you mean day?")
  expect(() => add_datepart(3 as never, 'day')).toThrow('add_datepart takes a Table')
})
