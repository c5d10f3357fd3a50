import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Table } from './table.js'

const rows = [
  { age: 41, city: 'Bern', paid: true, since: new Date(0) },
  { age: null, city: null, paid: null, since: null },
  { age: 17, city: 'Basel', paid: false, since: new Date(86_400_000) },
]

test('gives back the rows it is made of, whatever is missing in them', () => {
  const cell = fc.record({
    a: fc.option(fc.double({ noNaN: true })),
    b: fc.option(fc.string()),
    c: fc.option(fc.boolean()),
    d: fc.option(fc.date({ noInvalidDate: true })),
  })
  fc.assert(
    fc.property(fc.array(cell), list => {
      expect([...Table.from_rows(list).rows()]).toEqual(list)
    }),
  )
})

test('columns are typed arrays, texts a number each', () => {
  const table = Table.from_rows(rows)
  expect(table.column('age')).toEqual({ kind: 'number', values: Float64Array.of(41, Number.NaN, 17), integer: false })
  expect(table.column('city')).toEqual({ kind: 'text', codes: Int32Array.of(0, -1, 1), categories: ['Bern', 'Basel'] })
  expect(table.column('paid')).toEqual({ kind: 'boolean', values: Uint8Array.of(1, 2, 0) })
  expect(table.column('since')).toEqual({ kind: 'date', values: Float64Array.of(0, Number.NaN, 86_400_000) })
})

test('arrays of numbers are columns, of integers or not by their type', () => {
  const table = Table.from_columns({ a: Float32Array.of(1, 2), b: Int32Array.of(1, 2), c: [1, 2], d: [1.5, 2], e: [1n, 2n] })
  const integer = (name: string) => (table.column(name) as { integer: boolean }).integer
  expect(table.names.map(integer)).toEqual([false, true, true, false, true])
})

test('rows and columns are taken out, put in and reordered, and nothing else changes', () => {
  const table = Table.from_rows(rows)
  expect([...table.select(['city', 'age']).take(Int32Array.of(2, 0)).rows()]).toEqual([
    { city: 'Basel', age: 17 },
    { city: 'Bern', age: 41 },
  ])
  expect(table.without(['age']).names).toEqual(['city', 'paid', 'since'])
  expect(table.with([['age', { kind: 'boolean', values: Uint8Array.of(1, 1, 1) }]]).row(1)['age']).toBe(true)
  expect([table.head(2).length, table.head(9).length, table.length]).toEqual([2, 3, 3])
})

test('types that are asked for decide', () => {
  const table = Table.from_rows([{ id: 7, day: '2024-01-02', n: '5' }], {
    types: { id: 'text', day: 'date', n: 'number', later: 'text' },
  })
  expect(table.row(0)).toEqual({ id: '7', day: new Date(Date.UTC(2024, 0, 2)), n: 5, later: null })
})

test('is written for a terminal, numbers to the right', () => {
  expect(String(Table.from_rows([...rows, { age: Math.PI, city: 'a\nb' }]))).toBe(
    [
      '    age  city   paid   since',
      '     41  Bern   true   1970-01-01',
      '      -  -      -      -',
      '     17  Basel  false  1970-01-02',
      '3.14159  a b    -      -',
    ].join('\n'),
  )
  const wide = Table.from_rows([Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`c${i}`, i]))])
  expect(String(wide)).toContain('... 2 more columns')
})

describe('refuses, in a sentence,', () => {
  test.each([
    [() => Table.from_rows([{ a: 1 }, 2] as never), 'Row 1 is 2; expected an object'],
    [() => Table.from_rows(3 as never), 'Table.from_rows takes a list of rows'],
    [() => Table.from_rows([{ a: [1] }]), 'Row 0: a is [1]; expected a number, a text, true or false, a Date, or null'],
    [() => Table.from_rows([{ a: 'x' }], { types: { a: 'number' } }), "Row 0: a is 'x', which cannot be read as 'number'."],
    [() => Table.from_columns({ a: [1], b: [1, 2] }), "The columns of the table differ in length: 'a' has 1 rows, 'b' 2."],
    [() => Table.from_columns({ a: 5 } as never), "The column 'a' is 5; expected a list or a typed array."],
    [
      () => Table.from_rows(rows).column('ages'),
      "There is no column 'ages' in the table. Did you mean age? It has age, city, paid, since.",
    ],
    [() => Table.from_rows(rows).without(['x']), "There is no column 'x'"],
    [() => Table.from_rows(rows).take(Int32Array.of(3)), 'There is no row 3 in the table, which has 3, numbered from 0.'],
    [() => Table.from_rows(rows, { title: 'x' } as never), 'Table.from_rows has no option title'],
  ])('case %#', (make, message) => expect(make).toThrow(message))
})
