import { expect, test } from 'vitest'
import { readTable } from './read-table.js'
import { describeColumns, encode } from './table.js'

const file = (text: string) => new Blob([text])

/** 40 rows: two numbers, a category with a gap, a text, a constant, and what is to be predicted. */
const rows = Array.from({ length: 40 }, (_, i) => [
  i,
  i % 7 === 0 ? '' : i * i,
  i % 5 === 0 ? '' : 'ab'[i % 2],
  `id ${i}`,
  1,
  i < 20 ? 'low' : 'high',
])
const csv = [['n', 'square', 'letter', 'id', 'one', 'size'], ...rows].map(row => row.join(';')).join('\n')

test('columns are numbers, categories, or refused in words', async () => {
  const table = await readTable(file(csv))
  expect(table.rows).toHaveLength(40)
  // A text of 40 different values is one more than can be told apart.
  expect(describeColumns(table)).toEqual([
    { name: 'n', kind: 'numbers', about: '0 to 39', missing: 0 },
    { name: 'square', kind: 'numbers', about: '1 to 1521', missing: 6 },
    { name: 'letter', kind: 'categories', about: 'a, b', missing: 8 },
    { name: 'id', kind: 'refused', about: 'it has 40 different texts, and 30 categories are the most', missing: 0 },
    { name: 'one', kind: 'refused', about: 'it is 1 in every row', missing: 0 },
    { name: 'size', kind: 'categories', about: 'high, low', missing: 0 },
  ])
})

test('numbers are scaled by what is trained on, and a category is an input of its own', async () => {
  const { width, train, valid, classes, notes } = encode(await readTable(file(csv)), 'size', 1)
  expect([width, train.length, valid.length, classes]).toEqual([5, 32, 8, ['high', 'low']])
  const column = (at: number) => Array.from({ length: train.length }, (_, row) => train.x[row * width + at]!)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(column(0))).toBeCloseTo(0, 5)
  expect(mean(column(0).map(value => value ** 2))).toBeCloseTo(1, 5)
  for (let row = 0; row < train.length; row++) expect([2, 3, 4].reduce((sum, at) => sum + train.x[row * width + at]!, 0)).toBe(1)
  expect([...train.y].every(label => label === 0 || label === 1)).toBe(true)
  expect(notes).toEqual([
    "'id' is left out: it has 40 different texts, and 30 categories are the most.",
    "'one' is left out: it is 1 in every row.",
    "Where 'square', 'letter' has no value, the mean stands in, or a category of its own.",
  ])
})

test('a number with many values is predicted as a number, without the rows that lack it', async () => {
  const { classes, scale, train, valid, notes } = encode(await readTable(file(csv)), 'square', 1)
  expect([classes, train.length + valid.length]).toEqual([undefined, 34])
  expect(scale.deviation).toBeGreaterThan(100)
  expect(notes[0]).toBe("6 rows without 'square' are left out.")
})

test.each([
  ['a\n1', 'the file is no table'],
  ['a,b\n1,2\n3', 'Row 3 has 1 values, but there are 2 names'],
  ['', 'the file is no table'],
  ['a,b\n"1,2\n3,4', 'The file cannot be read'],
])('%j is refused in words', async (text, message) => {
  await expect(readTable(file(text))).rejects.toThrow(new RegExp(message, 'i'))
})

test('so is what cannot be predicted', async () => {
  const table = await readTable(file(csv))
  expect(() => encode(table, 'id', 1)).toThrow("'id' cannot be predicted: it has 40 different texts")
  const few = await readTable(file('a,b\n1,2\n2,4\n3,6'))
  expect(() => encode(few, 'b', 1)).toThrow('3 rows have a value of')
})

test('columns without a name get one', async () => {
  expect((await readTable(file('a,,a\n1,2,3'))).names).toEqual(['a', 'column 2', 'a (again)'])
})
