import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ColumnSummary } from './column-summary.js'
import { cont_cat_split } from './cont-cat-split.js'
import { Table } from './table.js'

const cells = fc.array(fc.option(fc.integer({ min: -9, max: 9 })), { minLength: 1 })

function summaryOf(list: readonly (number | null)[], parts = 1): ColumnSummary {
  const summary = new ColumnSummary('number')
  const size = Math.ceil(list.length / parts)
  for (let at = 0; at < list.length; at += size) summary.add(Table.from_columns({ a: list.slice(at, at + size) }).column('a'))
  return summary
}

test('mean, deviation, median and mode are those of the numbers that are there, in one part or several', () => {
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 4 }), fc.integer({ min: -9, max: 9 }), (list, parts, filled) => {
      const numbers = list.filter(cell => cell !== null).sort((a, b) => a - b)
      fc.pre(numbers.length > 0)
      const summary = summaryOf(list, parts)
      const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length
      const std = (all: readonly number[]) => Math.sqrt(mean(all.map(value => (value - mean(all)) ** 2)))
      for (const [all, moments] of [
        [numbers, summary.moments()],
        [list.map(cell => cell ?? filled), summary.moments(filled)],
      ] as const) {
        expect(moments.mean).toBeCloseTo(mean(all), 9)
        expect(moments.std).toBeCloseTo(std(all), 9)
      }
      const half = (numbers.length - 1) / 2
      expect(summary.median()).toBe((numbers[Math.floor(half)]! + numbers[Math.ceil(half)]!) / 2)
      const count = (value: number) => numbers.filter(each => each === value).length
      expect(count(summary.mode() as number)).toBe(Math.max(...numbers.map(count)))
      expect([summary.present, summary.missing]).toEqual([numbers.length, list.length - numbers.length])
    }),
  )
})

test('a median is that of all numbers too where they are too many to be counted', () => {
  const numbers = Array.from({ length: 5001 }, (_, i) => ((i * 7919) % 5001) / 4)
  const summary = summaryOf(numbers, 3)
  expect([summary.counts, summary.present, summary.median()]).toEqual([undefined, 5001, 625])
})

test('columns divide as fastai divides them', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({
    ...{ few: i % 20, many: i % 21, fraction: i / 8, text: `t${i}`, yes: i % 2 === 0, y: i },
    ...{ missing: i === 3 ? null : 1 },
  }))
  const table = Table.from_rows(rows)
  expect(cont_cat_split(table, { dep_var: 'y' })).toEqual({
    cont_names: ['many', 'fraction', 'missing'],
    cat_names: ['few', 'text', 'yes'],
  })
  expect(cont_cat_split(table, { dep_var: ['y', 'text'], max_card: 30 })).toEqual({
    cont_names: ['fraction', 'missing'],
    cat_names: ['few', 'many', 'yes'],
  })
  expect(() => cont_cat_split(table, { dep_var: 'z' })).toThrow("There is no column 'z'")
  expect(() => cont_cat_split([] as never)).toThrow('cont_cat_split takes a Table')
})
