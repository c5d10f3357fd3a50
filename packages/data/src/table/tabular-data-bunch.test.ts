import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Dataset } from '../dataset.js'
import { kFold } from '../split.js'
import { Categorify } from './procs/categorify.js'
import { FillMissing } from './procs/fill-missing.js'
import { Normalize } from './procs/normalize.js'
import { Table } from './table.js'
import { TabularDataBunch } from './tabular-data-bunch.js'
import { TabularPreprocessor } from './tabular-preprocessor.js'

let before = 0
beforeEach(() => {
  before = memory().numTensors
})
afterEach(() => expect(memory().numTensors).toBe(before))

async function samples(dataset: Dataset) {
  const batch = await dataset.batch(Int32Array.from({ length: dataset.length }, (_, i) => i))
  const inputs = [batch.xs].flat().map(x => x.arraySync() as number[][])
  const [ys, weights] = [(batch.ys as Tensor).arraySync(), batch.weights?.arraySync() as number[] | undefined]
  dispose([batch.xs, batch.ys, batch.weights ?? []].flat())
  return { inputs, ys, weights }
}

const train = Int32Array.of(0, 1, 2, 3, 4)
const valid = Int32Array.of(5, 6)
const rows = [
  { city: 'Bern', age: 3.0, left: 'no', n: 1 },
  { city: 'Basel', age: null, left: 'no', n: 1 },
  { city: null, age: 1.0, left: 'yes', n: 2 },
  { city: 'Bern', age: 10, left: 'no', n: 2 },
  { city: 'Chur', age: 4.0, left: 'yes', n: 1 },
  { city: 'Genf', age: 100, left: 'maybe', n: 2 },
  { city: 'Chur', age: null, left: 'no', n: 3 },
]
const options = { y: 'left', bs: 2, split: [train, valid] as const }

test('categories are numbered, and numbers filled in and normalized, by the rows that train alone', async () => {
  const data = await TabularDataBunch.from_df(rows, options)
  expect([data.procs.cat_names, data.procs.cont_names, data.inputNames]).toEqual([
    ['city', 'n', 'age_na'],
    ['age'],
    ['cats', 'conts'],
  ])
  expect(data.procs.cat_names.map(name => data.procs.classes(name))).toEqual([
    ['#na#', 'Basel', 'Bern', 'Chur'],
    ['#na#', '1', '2'],
    ['#na#', 'false', 'true'],
  ])
  expect([data.inputShape, data.target, data.c, data.classes]).toEqual([[[3], [1]], 'class', 3, ['maybe', 'no', 'yes']])
  const { inputs, ys } = await samples(data.train_ds!)
  expect(inputs[0]).toEqual([
    [2, 1, 1],
    [1, 1, 2],
    [0, 2, 1],
    [2, 2, 1],
    [3, 1, 1],
  ])
  // pandas: (f - f.mean()) / f.std(ddof=0) of [3, 3.5, 1, 10, 4]
  const expected = [-0.4295320902958083, -0.26432744018203586, -1.0903506907508982, 1.883333011297006, -0.09912279006826341]
  for (const [i, value] of expected.entries()) expect(inputs[1]![i]![0]).toBeCloseTo(value, 6)
  expect(ys).toEqual([1, 1, 2, 1, 2])
  const other = await samples(data.valid_ds!)
  expect(other.inputs[0]).toEqual([
    [0, 2, 1],
    [3, 0, 2],
  ])
  expect(other.inputs[1]![0]![0]).toBeCloseTo((100 - 4.3) / 3.026549190084311, 5)
  expect(other.ys).toEqual([0, 1])
})

test('a file is read by the way, its dates taken apart, and its weights kept', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `2024-0${(i % 9) + 1}-01,${i / 8},${i % 3},${i % 2 ? 'x' : 'y'}`)
  const data = await TabularDataBunch.from_csv(`saledate,price,w,kind\n${lines.join('\n')}\n`, {
    y: 'price',
    cont_names: ['saleElapsed'],
    weights: 'w',
    valid_pct: 0.25,
    bs: 8,
    seed: 3,
  })
  expect([data.target, data.targetShape, data.classes, data.train_dl.samples, data.valid_dl!.samples]).toEqual([
    'value',
    [],
    undefined,
    30,
    10,
  ])
  expect(data.procs.cat_names.slice(0, 4)).toEqual(['kind', 'saleYear', 'saleMonth', 'saleWeek'])
  expect(data.procs.cont_names).toEqual(['saleElapsed'])
  const { weights, ys } = await samples(data.train_ds!)
  for (const [i, y] of (ys as number[]).entries()) expect(weights![i]).toBe((y * 8) % 3)
})

test('several columns of values are one target', async () => {
  const table = Table.from_rows(Array.from({ length: 10 }, (_, i) => ({ a: i / 2, b: -i, x: i / 4 })))
  const data = await TabularDataBunch.from_df(table, { y: ['a', 'b'], bs: 2 })
  expect([data.target, data.targetShape]).toEqual(['value', [2]])
  for (const [a, b] of (await samples(data.train_ds!)).ys as unknown as number[][]) expect(b).toBe(-2 * a!)
  expect((await data.show_batch({ rows: 3 })).names).toEqual(['x', 'a', 'b'])
})

test('what was learnt is plain JSON, and does the same to new rows: unknown and missing ones too', async () => {
  const data = await TabularDataBunch.from_df(rows, options)
  const procs = TabularPreprocessor.restore(JSON.parse(JSON.stringify(data.inputs.state())).procs)
  expect(procs.apply(Table.from_rows(rows))).toEqual(data.procs.apply(Table.from_rows(rows)))
  const fresh = procs.apply(Table.from_rows([{ n: '2', city: 'Paris', age: null }]))
  expect([...fresh.cats!]).toEqual([0, 2, 2])
  expect(fresh.conts![0]).toBeCloseTo(-0.26432744018203586, 6)
  expect(() => procs.apply(Table.from_rows([{ n: 2, city: 'Bern' }]))).toThrow("There is no column 'age' in the table.")
  expect(() => procs.apply(Table.from_rows([{ n: 2, city: 'Bern', age: 'old' }]))).toThrow(
    "the table: age is 'old' in row 0, which cannot be read as 'number'",
  )
})

test('new rows become batches with what training learnt, from a table or a file, with targets or without', async () => {
  const lines = rows.map(({ city, age, left, n }) => `${city ?? ''};${age ?? '?'};${left};${n}`)
  const csv = `city;age;left;n\n${lines.join('\n')}\n`
  const reading = { missing: ['', '?'], types: { n: 'text' } }
  const data = await TabularDataBunch.from_csv(csv, { ...options, ...reading })
  const all = data.procs.apply(Table.from_rows(rows))
  for (const fresh of [csv, new Blob([csv]), rows, Table.from_rows(rows)]) {
    const loader = await data.test_dl(fresh, { bs: 3 })
    const sizes: number[] = []
    const cats: number[] = []
    for (const { xs, ys, size } of loader) {
      expect(ys).toEqual([])
      sizes.push(size)
      cats.push(...(xs as Tensor[])[0]!.dataSync())
      dispose(xs)
    }
    expect([sizes, cats]).toEqual([[3, 3, 1], [...all.cats!]])
  }
  const labelled = await data.test_dl(rows, { with_labels: true })
  expect((await samples(labelled.dataset)).ys).toEqual([1, 1, 2, 1, 2, 0, 1])
  expect(labelled.batchSize).toBe(2)
  await expect(data.test_dl([{ city: 'Bern', age: 3 }])).resolves.toMatchObject({ samples: 1 })
  await expect(data.test_dl('city;age\nBern;3\n')).rejects.toThrow("There is no column 'n' in the text.")
  await expect(data.test_dl([])).rejects.toThrow('the table has no rows; expected some to predict.')
  await expect(
    data.test_dl(
      rows.map(row => ({ ...row, left: 'never' })),
      { with_labels: true },
    ),
  ).rejects.toThrow("Row 0 of the table: the target left is 'never', which is no class")
})

test('a batch is shown as the rows it was made of, and their way in is told', async () => {
  const data = await TabularDataBunch.from_df(rows, options)
  expect([...(await data.show_batch({ rows: 9 })).head(2).rows()]).toEqual([
    { city: 'Bern', n: 1, age_na: false, age: 3, left: 'no' },
    { city: 'Basel', n: 1, age_na: true, age: 3.5, left: 'no' },
  ])
  expect([...(await data.show_batch({ rows: 2 })).rows()].map(row => row['city'])).toEqual(['Bern', null])
  expect([...data.classBalance!.rows()]).toEqual([
    { left: 'maybe', train: 0, valid: 1, part: 1 / 7 },
    { left: 'no', train: 3, valid: 1, part: 4 / 7 },
    { left: 'yes', train: 2, valid: 0, part: 2 / 7 },
  ])
  expect(String(await data.summary())).toBe(
    [
      'rows        7 of the table: 5 to train on, 2 to validate on',
      'columns     city text, age number, n number',
      'categories  city (4), n (3), age_na (3); the number of codes, 0 for what is not known',
      'numbers     age',
      'target      left, 3 classes: maybe 14.3 %, no 57.1 %, yes 28.6 %',
      'batch       cats int32 [2, 3], conts float32 [2, 1], ys int32 [2]',
    ].join('\n'),
  )
})

test('columns, procs and what is predicted are as they are asked for', async () => {
  const full = rows.map(row => ({ ...row, age: row.age ?? 0 }))
  const plain = await TabularDataBunch.from_df(full, {
    ...options,
    y: 'n',
    cat_names: [],
    cont_names: ['age'],
    procs: [],
    target: 'value',
  })
  expect([plain.inputNames, (await samples(plain.train_ds!)).inputs[0], plain.target]).toEqual([
    ['conts'],
    [[3], [0], [1], [10], [4]],
    'value',
  ])
  const constant = new FillMissing({ fill_strategy: 'constant', fill_vals: { age: -1 }, add_col: false })
  const filled = await TabularDataBunch.from_df(rows, { ...options, cat_names: ['n'], procs: [Categorify, constant] })
  expect((await samples(filled.train_ds!)).inputs[1]).toEqual([[3], [-1], [1], [10], [4]])
  const mode = new FillMissing({ fill_strategy: 'mode' })
  const often = await TabularDataBunch.from_df([...rows, { city: 'Bern', age: 10, left: 'no', n: 1 }], {
    ...options,
    split: [Int32Array.of(0, 1, 3, 7), valid],
    procs: [Categorify, mode],
  })
  expect((await samples(often.train_ds!)).inputs[1]).toEqual([[3], [10], [10], [10]])
})

test('rows divide by a mark, by time, by group, in equal parts, and into folds, each with what it learnt itself', async () => {
  const many = Array.from({ length: 60 }, (_, i) => ({
    who: `p${i % 12}`,
    day: new Date(i * 86_400_000),
    test: i % 5 === 0,
    x: i / 3,
    kind: i % 3 ? 'a' : 'b',
  }))
  const rowsOf = async (split: NonNullable<Parameters<typeof TabularDataBunch.from_df>[1]['split']>) => {
    const data = await TabularDataBunch.from_df(many, { y: 'x', split, valid_pct: 0.25, bs: 4 })
    const numbers = async (dataset: Dataset) => ((await samples(dataset)).ys as number[]).map(x => Math.round(x * 3))
    return { train: await numbers(data.train_ds!), valid: await numbers(data.valid_ds!), data }
  }
  const marked = await rowsOf({ column: 'test' })
  expect(marked.valid).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55])
  expect(marked.data.procs.types).not.toHaveProperty('test')
  expect((await rowsOf({ time: 'day' })).valid).toEqual(Array.from({ length: 15 }, (_, i) => 45 + i))
  const grouped = await rowsOf({ group: 'who' })
  expect(grouped.train.filter(i => grouped.valid.some(j => i % 12 === j % 12))).toEqual([])
  expect((await rowsOf({ stratify: 'kind' })).valid.filter(i => i % 3 === 0)).toHaveLength(5)
  const means = await Promise.all(
    kFold(60, 3, { seed: 1 }).map(async fold => {
      const { data, train } = await rowsOf(fold)
      const mean = data.procs.state().normalize!.means['Elapsed'] ?? data.procs.state().normalize!.means['dayElapsed']!
      expect(mean / 86_400).toBeCloseTo(train.reduce((sum, i) => sum + i, 0) / train.length, 6)
      return mean
    }),
  )
  expect(new Set(means).size).toBe(3)
})

test('a class with one row is told of', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue()
  await TabularDataBunch.from_df(rows, options)
  expect(said.mock.calls.map(([line]) => line)).toEqual([
    "the table: of left 'maybe' there is one row, which is trained on or validated on, and never both.",
  ])
  said.mockRestore()
})

describe('refuses, in a sentence,', () => {
  const infinite = rows.map(row => ({ ...row, age: row.age === 10 ? Number.POSITIVE_INFINITY : row.age }))
  const noTarget = rows.map((row, i) => ({ ...row, left: i === 4 ? null : row.left }))
  const one = rows.map(row => ({ ...row, left: 'no' }))
  test.each([
    ['no y', rows, {}, 'TabularDataBunch.from_df takes y, the name of the column that is predicted'],
    ['a column that is not there', rows, { y: 'lef' }, "There is no column 'lef' in the table. Did you mean left?"],
    ['a category that is not there', rows, { y: 'left', cat_names: ['town'] }, "There is no column 'town'"],
    [
      'a target with one class',
      one,
      { y: 'left' },
      "y: left is 'no' in every row: with one class there is nothing to tell apart.",
    ],
    [
      'rows without a target',
      noTarget,
      { y: 'left', split: [train, valid] },
      'Row 4 of the table: the target left is missing. Leave such rows out',
    ],
    [
      'infinite numbers',
      infinite,
      { y: 'left', split: [train, valid] },
      'Row 3 of the table: age is Infinity; expected a finite number.',
    ],
    ['texts as values', rows, { y: 'left', target: 'value' }, 'y: left is a column of kind text, whose values are no numbers'],
    [
      'a class of two columns',
      rows,
      { y: { both: ['left', 'city'] }, target: 'class' },
      'y: both is of 2 columns (left, city), and a class is of one',
    ],
    [
      'labels that are no yes and no',
      rows,
      { y: 'left', target: 'multilabel' },
      'y: left is a column of kind text, and no yes or no of a label',
    ],
    [
      'an output that has no such name',
      rows,
      { y: { 'has left': 'left' } },
      "y has an output 'has left'; its name begins with a letter and holds letters, digits and _-. alone: 'has_left'.",
    ],
    [
      'a kind of another output',
      rows,
      { y: { gone: 'left' }, target: { gon: 'class' } },
      "target has an entry 'gon', but the outputs are gone. Did you mean gone?",
    ],
    [
      'one delimiter of several',
      rows,
      { y: ['left', 'city'], label_delim: ';' },
      "label_delim is ';', of several outputs: say of which",
    ],
    ['a column that is named twice', rows, { y: { a: 'left', b: 'left' } }, "y names 'left' twice."],
    ['a list of nothing', rows, { y: [] }, 'y is []; expected the name of a column'],
    ['no rows', Table.from_rows([], { types: { a: 'number', y: 'text' } }), { y: 'y' }, 'the table has no rows'],
    [
      'no inputs',
      Table.from_rows([{ y: 'a' }, { y: 'b' }]),
      { y: 'y', valid_pct: 0.5 },
      "the table has no columns to predict from: 'y' is what is predicted.",
    ],
    [
      'the target as an input',
      rows,
      { y: 'left', cat_names: ['left'] },
      'left is what is predicted, and cannot be an input too.',
    ],
    ['missing numbers that nothing fills in', rows, { y: 'left', procs: [Categorify, Normalize] }, 'age is missing in'],
    [
      'categories that nothing numbers',
      rows,
      { y: 'left', procs: [FillMissing] },
      'city, n are categories, and nothing numbers them: add Categorify to procs.',
    ],
    [
      'texts as numbers',
      rows,
      { y: 'left', cont_names: ['city'], split: [train, valid] },
      'city is a column of kind text, and so none of numbers: name it in cat_names',
    ],
    [
      'a name in two places',
      rows,
      { y: 'left', cont_names: ['n'], cat_names: ['n'] },
      'n is named twice in cat_names and cont_names',
    ],
    ['foreign procs', rows, { y: 'left', procs: [Date] }, 'procs holds'],
    ['a split by nothing', rows, { y: 'left', split: { by: 'x' } }, 'split has no option by'],
    ['a split with a row on both sides', rows, { y: 'left', split: [train, train] }, 'split has row 0 on both sides'],
    ['too few rows for a batch', rows, { y: 'left', valid_pct: 0.3 }, 'bs is 64, but there are only 5 samples'],
    [
      'weights that are texts',
      rows,
      { y: 'left', weights: 'city', split: [train, valid], bs: 2 },
      'weights: city is a column of kind text; expected numbers',
    ],
    ['what is no table', 3, { y: 'left' }, '3 is no table; expected a Table, a list of rows, or an object of columns.'],
    [
      'an option that is none',
      rows,
      { y: 'left', batch_size: 3 },
      'TabularDataBunch.from_df has no option batch_size. Did you mean bs?',
    ],
  ])('%s', async (_, table, options, message) => {
    await expect(TabularDataBunch.from_df(table as never, options as never)).rejects.toThrow(message)
  })

  test('of a file what is wrong there, and options of neither', async () => {
    await expect(TabularDataBunch.from_csv('a,b\n', { y: 'b' })).rejects.toThrow(
      'the text has no rows; expected some to train on',
    )
    await expect(TabularDataBunch.from_csv('a,b\n1\n', { y: 'b' })).rejects.toThrow(
      'the text, line 2: 1 cell, but there are 2 columns',
    )
    await expect(TabularDataBunch.from_csv('a,b\n1,2\n', { y: 'b', seperator: ';' } as never)).rejects.toThrow(
      'TabularDataBunch.from_csv has no option seperator',
    )
  })
})

test('batches are prepared ahead, and shared by processes, as the options say', async () => {
  const both = { ...options, bs: 1, drop_last: false, prefetch: 2, shard: { rank: 0, size: 2 } }
  const { train_dl, valid_dl } = await TabularDataBunch.from_df(rows, both)
  expect([train_dl.asynchronous, train_dl.samples, valid_dl!.samples]).toEqual([true, 3, 1])
})
