import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memory, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { disposeOf } from '../batch.js'
import type { Dataset } from '../dataset.js'
import { TabularDataBunch } from './tabular-data-bunch.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'targets-'))
})
afterAll(() => rm(folder, { recursive: true }))
let before = 0
beforeEach(() => {
  before = memory().numTensors
})
afterEach(() => expect(memory().numTensors).toBe(before))

const films = [
  { title: 'Alien', genres: 'horror; sci-fi', year: 1979, stars: 4.5, seen: true, liked: 1, 'Läuft noch?': 'no' },
  { title: 'Up', genres: 'comedy', year: 2009, stars: 4.0, seen: true, liked: 1, 'Läuft noch?': 'yes' },
  { title: 'Jaws', genres: 'horror', year: 1975, stars: 3.5, seen: false, liked: 0, 'Läuft noch?': 'no' },
  { title: 'Tron', genres: null, year: 1982, stars: 2.5, seen: false, liked: 1, 'Läuft noch?': 'yes' },
]
const rows = [...films, ...films]
const split = [Int32Array.of(0, 1, 2, 3), Int32Array.of(4, 5, 6, 7)] as const
const how = { cat_names: ['title'], cont_names: ['year'], bs: 2, split } as const

async function targets(dataset: Dataset) {
  const batch = await dataset.batch(Int32Array.of(0, 1, 2, 3))
  const ys = [batch.ys].flat().map(target => [target.dtype, (target as Tensor).arraySync()] as const)
  disposeOf(batch)
  return { ys, names: batch.targetNames }
}

test('a cell with several labels is a yes or no of each, an empty one none', async () => {
  const data = await TabularDataBunch.from_df(rows, { ...how, y: 'genres', label_delim: ';' })
  expect([data.target, data.targetShape, data.c, data.classes]).toEqual(['multilabel', [3], 3, ['comedy', 'horror', 'sci-fi']])
  expect((await targets(data.train_ds!)).ys).toEqual([['float32', [[0, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]]]]) // biome-ignore format: a table
  expect([...data.classBalance!.rows()]).toEqual([
    { genres: 'comedy', train: 1, valid: 1, part: 0.25 },
    { genres: 'horror', train: 2, valid: 2, part: 0.5 },
    { genres: 'sci-fi', train: 1, valid: 1, part: 0.25 },
  ])
  expect((await data.summary()).split('\n').slice(-2)).toEqual([
    'target      genres, 3 labels: comedy 25 %, horror 50 %, sci-fi 25 %',
    'batch       cats int32 [2, 1], conts float32 [2, 1], ys float32 [2, 3]',
  ])
  expect([...(await data.show_batch()).rows()].map(row => row['genres'])).toEqual(['horror;sci-fi', 'comedy', 'horror', ''])
  await expect(data.test_dl([{ title: 'Up', year: 1, genres: 'comdy' }], { with_labels: true })).rejects.toThrow(
    "Row 0 of the table: the target genres has 'comdy', which is no label; did you mean 'comedy'?",
  )
})

test('several columns of yes and no are labels, unless they are asked for as values', async () => {
  const data = await TabularDataBunch.from_df(rows, { ...how, y: ['seen', 'liked'] })
  expect([data.target, data.classes]).toEqual(['multilabel', ['seen', 'liked']])
  expect((await targets(data.train_ds!)).ys).toEqual([['float32', [[1, 1], [1, 1], [0, 0], [0, 1]]]]) // biome-ignore format: a table
  expect([...data.classBalance!.rows()]).toEqual([
    { label: 'seen', train: 2, valid: 2, part: 0.5 },
    { label: 'liked', train: 3, valid: 3, part: 0.75 },
  ])
  expect((await data.show_batch()).row(3)).toEqual({ title: 'Tron', year: 1982, seen: false, liked: true })
  const values = await TabularDataBunch.from_df(rows, { ...how, y: ['seen', 'liked'], target: 'value' })
  expect([values.target, values.targetShape, values.classes]).toEqual(['value', [2], undefined])
  const wrong = [{ title: 'Up', year: 1, seen: true, liked: 2 }]
  await expect(data.test_dl(wrong, { with_labels: true })).rejects.toThrow(
    'Row 0 of the table: the target liked is 2; expected true or false, or 1 or 0.',
  )
})

test('columns of several kinds have outputs of their own, by their names as far as these may be', async () => {
  const data = await TabularDataBunch.from_df(rows, { ...how, y: ['stars', 'Läuft noch?'] })
  expect([data.target, data.heads, data.classes, data.targetShape]).toEqual([
    'heads',
    {
      stars: { target: 'value', targetShape: [], c: undefined, classes: undefined },
      Lauft_noch_: { target: 'class', targetShape: [], c: 2, classes: ['no', 'yes'] },
    },
    undefined,
    [],
  ])
  const { ys, names } = await targets(data.train_ds!)
  expect(names).toEqual(['stars', 'Lauft_noch_'])
  expect(ys).toEqual([['float32', [4.5, 4, 3.5, 2.5]], ['int32', [0, 1, 0, 1]]]) // biome-ignore format: a table
  expect((await data.show_batch()).row(1)).toEqual({ title: 'Up', year: 2009, stars: 4, 'Läuft noch?': 'yes' })
  expect([...data.classBalance!.rows()][1]).toEqual({ output: 'Lauft_noch_', class: 'yes', train: 2, valid: 2, part: 0.5 })
  expect((await data.summary()).split('\n').slice(-3)).toEqual([
    'target      stars, values',
    'target      Lauft_noch_ of Läuft noch?, 2 classes: no 50 %, yes 50 %',
    'batch       cats int32 [2, 1], conts float32 [2, 1], ys stars float32 [2], ys Lauft_noch_ int32 [2]',
  ])
  const fresh = await data.test_dl(rows.slice(1, 2), { with_labels: true })
  expect(fresh.dataset.heads).toMatchObject({ stars: { target: 'value' }, Lauft_noch_: { target: 'class', c: 2 } })
})

test('outputs have the names that they are given, and blocks of a file say the same as rows in memory', async () => {
  const asked = {
    y: { opinion: ['stars', 'year'], genres: 'genres', seen: 'seen' },
    label_delim: { genres: ';' },
    target: { seen: 'class' },
    cat_names: ['title'],
    cont_names: [],
    ...{ bs: 2, split },
  } as const
  const lines = rows.map(({ title, genres, year, stars, seen }) => [title, genres ?? '', year, stars, seen].join(','))
  const path = join(folder, 'films.csv')
  await writeFile(path, `title,genres,year,stars,seen\n${lines.join('\n')}\n`)
  const [whole, blocks] = [
    await TabularDataBunch.from_df(rows, asked),
    await TabularDataBunch.from_csv(path, { ...asked, memory: 100 }),
  ]
  expect(blocks.train_ds!.asynchronous).toBe(true)
  expect([blocks.heads, blocks.target, blocks.state()]).toEqual([whole.heads, whole.target, whole.state()])
  const both = [await targets(whole.train_ds!), await targets(blocks.train_ds!)]
  expect(both[1]).toEqual(both[0])
  expect(both[0]!.ys[0]).toEqual(['float32', [[4.5, 1979], [4, 2009], [3.5, 1975], [2.5, 1982]]]) // biome-ignore format: a table
  expect(String(await blocks.show_batch())).toBe(String(await whole.show_batch()))
})

test('one output with a name is known by it', async () => {
  const data = await TabularDataBunch.from_df(rows, { ...how, y: { rating: 'stars' } })
  expect([data.targetName, data.target, data.heads]).toEqual(['rating', 'value', undefined])
})

test('rows without a target are only predicted, and inputs can be targets themselves', async () => {
  const none = await TabularDataBunch.from_df(rows, { ...how, y: null })
  expect([none.target, none.c, none.classBalance, (await targets(none.train_ds!)).ys]).toEqual(['none', undefined, undefined, []])
  expect((await none.show_batch()).names).toEqual(['title', 'year'])
  expect((await none.summary()).split('\n').at(-2)).toBe('target      none: rows are only predicted')
  const again = await TabularDataBunch.from_df(rows, { ...how, y: 'x' })
  const { ys } = await targets(again.train_ds!)
  expect(again.heads).toMatchObject({ numbers: { target: 'value' }, title: { target: 'class', c: 5 } })
  expect(ys[1]).toEqual(['int32', [1, 4, 2, 3]])
  expect((ys[0]![1] as number[]).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5)
  expect((await again.show_batch()).row(0)).toEqual({ title: 'Alien', year: 1979 })
  const path = join(folder, 'none.csv')
  await writeFile(path, `title,year\n${rows.map(({ title, year }) => `${title},${year}`).join('\n')}\n`)
  const blocks = await TabularDataBunch.from_csv(path, { ...how, y: null, memory: 50 })
  expect([blocks.target, (await targets(blocks.train_ds!)).ys]).toEqual(['none', []])
})
