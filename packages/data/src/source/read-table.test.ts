import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { tableFromArrays, tableToIPC } from '@uwdata/flechette'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { packageFolder } from '../node/locate.js'
import { readArrow } from './arrow.js'
import { readJson } from './json.js'
import { readParquet } from './parquet.js'
import { readTable } from './read-table.js'

const expected = [
  { n: 1, x: 0.5, t: 'a', b: true },
  { n: 2, x: null, t: null, b: null },
  { n: 3, x: -2, t: 'a', b: false },
]
const csv = 'n,x,t,b\n1,0.5,a,true\n2,,,\n3,-2,a,false\n'
const jsonl = expected.map(row => `${JSON.stringify(row)}\n`).join('\n')
const arrow = tableToIPC(
  tableFromArrays({ n: Int32Array.of(1, 2, 3), x: [0.5, null, -2], t: ['a', null, 'a'], b: [true, null, false] }),
  { format: 'file' },
)!
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'n', data: [1n, 2n, 3n], type: 'INT64' },
      { name: 'x', data: [0.5, null, -2], type: 'DOUBLE', nullable: true },
      { name: 't', data: ['a', null, 'a'], type: 'STRING', nullable: true },
      { name: 'b', data: [true, null, false], type: 'BOOLEAN', nullable: true },
    ],
    rowGroupSize: 2,
  }),
)

test.each([
  ['separated values', csv],
  ['separated values, compressed', gzipSync(csv)],
  ['JSON, an object a line', jsonl],
  ['JSON, an object a line, without the last line end', new TextEncoder().encode(jsonl.trimEnd())],
  ['JSON, a list', JSON.stringify(expected, null, 1)],
  ['Arrow', arrow],
  ['Parquet, in groups of rows', parquet],
])('the same rows are read from %s', async (_, source) => {
  const table = await readTable(source)
  expect([...table.rows()]).toEqual(expected)
  expect(table.column('n')).toMatchObject({ kind: 'number', integer: true })
})

test('columns are chosen of every format that lies in columns', async () => {
  for (const source of [csv, arrow, parquet]) expect((await readTable(source, { columns: ['t', 'n'] })).names).toEqual(['t', 'n'])
  for (const source of [csv, arrow, parquet])
    await expect(readTable(source, { columns: ['m'] })).rejects.toThrow("There is no column 'm'")
})

describe('refuses, in a sentence,', () => {
  test.each([
    [() => readJson('{"a":1}\n{"a":\n'), 'the text, line 2: \'{"a":\' is no JSON'],
    [() => readJson('{"a":1}\n\n[2]\n'), 'the text, line 3: [2] is no row; expected an object'],
    [() => readJson('[{"a":1}, 5]\n'), 'the text, row 1: 5 is no row'],
    [() => readJson('{"a":{"b":1}}\n'), 'Row 0: a is { b: 1 }; expected a number'],
    [() => readJson('\n'), 'the text has no rows'],
    [() => readParquet(parquet.subarray(0, 40)), 'the bytes is no Parquet file, or a truncated one'],
    [() => readArrow(arrow.subarray(0, 40)), 'the bytes is no Arrow file, or a truncated one'],
    [() => readTable(parquet, { sep: ';' }), 'readTable of Parquet has no option sep'],
    [() => readTable(csv, { format: 'xlsx' as never }), "readTable: format must be one of 'csv', 'json', 'parquet', 'arrow'"],
  ])('case %#', async (read, message) => expect(read()).rejects.toThrow(message))
})

test('files of others: 344 penguins as JSON, 200,000 flights as Arrow', async () => {
  const file = (name: string) => readFile(`${packageFolder('vega-datasets', 'data')}/${name}`)
  const penguins = await readTable(await file('penguins.json'))
  expect([penguins.length, penguins.row(0)['Species']]).toEqual([344, 'Adelie'])
  const flights = await readTable(await file('flights-200k.arrow'))
  expect([flights.length, flights.names]).toEqual([200_000, ['delay', 'distance', 'time']])
}, 30_000)
