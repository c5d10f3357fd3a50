import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Table } from '../table/table.js'
import { readCsv } from './csv.js'

const rowsOf = async (...args: Parameters<typeof readCsv>) => [...(await readCsv(...args)).rows()]

describe('readCsv reads', () => {
  test('numbers, texts, yes and no, and days, each by what all its cells can be', async () => {
    const table = await readCsv('name,age,paid,since\nAnn,41,true,2024-02-29\nBob,-1.5e3,False,\n"O""Neil, J.",,NA,2023-01-01\n')
    expect([...table.rows()]).toEqual([
      { name: 'Ann', age: 41, paid: true, since: new Date(Date.UTC(2024, 1, 29)) },
      { name: 'Bob', age: -1500, paid: false, since: null },
      { name: 'O"Neil, J.', age: null, paid: null, since: new Date(Date.UTC(2023, 0, 1)) },
    ])
  })

  test('tabs, semicolons and bars, Windows and old line ends, a byte order mark, empty lines, and a last line without end', async () => {
    const expected = [
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]
    for (const sep of [',', '\t', ';', '|'])
      for (const end of ['\n', '\r\n', '\r'])
        for (const last of ['', end, end + end])
          expect(await rowsOf(new TextEncoder().encode(`\uFEFFa${sep}b${end}1${sep}x${end}${end}2${sep}y${last}`))).toEqual(
            expected,
          )
  })

  test('line ends and separators in quotes, and a carriage return between quotes', async () => {
    expect(await rowsOf('a,b\r\n"1\r\n2","x,y"\r\n"3",z\r\n')).toEqual([
      { a: '1\r\n2', b: 'x,y' },
      { a: '3', b: 'z' },
    ])
  })

  test('what looks like a number to a computer alone as text, and infinity as a number', async () => {
    expect(await rowsOf('a,b,c,d\n0x10,inf,1,007\n5,-Infinity, ,8\n')).toEqual([
      { a: '0x10', b: Number.POSITIVE_INFINITY, c: '1', d: 7 },
      { a: '5', b: Number.NEGATIVE_INFINITY, c: ' ', d: 8 },
    ])
  })

  test('a column as text again when a cell far down is', async () => {
    const table = await readCsv(`id,n\n${'007,1\n'.repeat(3000)}x,2\n`)
    expect(table.row(0)).toEqual({ id: '007', n: 1 })
    expect(table.row(3000)).toEqual({ id: 'x', n: 2 })
  })

  test('types, names, columns and missing marks that are asked for', async () => {
    const text = '1,01.02.2003,-\n2,-,5\n'
    const options = { names: ['id', 'day', 'n'], types: { id: 'text', day: 'DD.MM.YYYY' }, missing: ['-'] }
    expect(await rowsOf(text, options)).toEqual([
      { id: '1', day: new Date(Date.UTC(2003, 1, 1)), n: null },
      { id: '2', day: null, n: 5 },
    ])
    expect(await rowsOf(text, { ...options, columns: ['n'], types: {} })).toEqual([{ n: null }, { n: 5 }])
  })

  test('any cells that were written', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', 'é', ' ', '😀', ';') })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async rows => {
        const quoted = rows.map(row => row.map(each => `"${each.replaceAll('"', '""')}"`).join(','))
        const table = await readCsv(`a,b\n${quoted.join('\n')}\n`, { types: { a: 'text', b: 'text' }, missing: [] })
        expect([...table.rows()]).toEqual(rows.map(([a, b]) => ({ a, b })))
      }),
    )
  })

  test('what a table wrote', async () => {
    const cell = fc.record({
      text: fc.option(fc.string({ minLength: 1 })),
      number: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
      'yes, or "no"': fc.option(fc.boolean()),
      when: fc.option(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })),
    })
    const types = { text: 'text', number: 'number', 'yes, or "no"': 'boolean', when: 'date' }
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1 }), async rows => {
        const table = Table.from_rows(rows, { types })
        expect(String(await readCsv(new Blob([table.to_csv()]), { types, missing: [''] }))).toBe(String(table))
      }),
    )
  })

  test('ten thousand columns', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i}`)
    const table = await readCsv(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`)
    expect([table.names.length, table.row(0)['c9999']]).toEqual([10_000, 9999])
  })
})

describe('readCsv refuses, in a sentence,', () => {
  test.each([
    ['ragged rows, by the line', 'a,b\n1,"x\ny"\n3\n', {}, 'the text, line 4: 1 cell, but there are 2 columns. Correct the line'],
    ['a cell too many', 'a,b\n\n1,2,3\n', {}, 'line 3: 3 cells, but there are 2 columns'],
    ['two columns of one name', 'a,b,a\n1,2,3\n', {}, "the text: columns 1 and 3 are both called 'a'. Rename one of them"],
    ['a quote that does not close', 'a\n1\n"2\n3\n', {}, 'line 3: a quote is opened there that does not close'],
    ['a quoted cell that goes on', 'a\n"1"2\n3\n', {}, 'line 2: a quoted cell goes on after its closing quote'],
    [
      'a column that is not there',
      'age\n1\n',
      { columns: ['agee'] },
      "There is no column 'agee' in the text. Did you mean age? It has age.",
    ],
    ['a type for a column that is not there', 'age\n1\n', { types: { b: 'text' } }, "There is no column 'b'"],
    [
      'a cell that is not of its type, by the line',
      'age\n1\nold\n',
      { types: { age: 'number' } },
      "line 3: age is 'old', which cannot be read as 'number'. Correct it, list it as missing",
    ],
    [
      'a day that does not exist',
      'day\n2023-02-30\n',
      { types: { day: 'date' } },
      "line 2: day is '2023-02-30', which cannot be read as 'date'",
    ],
    ['an option that is none', 'a\n1\n', { delimiter: ';' }, 'readTable of CSV has no option delimiter'],
    ['a foreign encoding', 'a\n1\n', { encoding: 'utf-9' }, "encoding is 'utf-9', which is not known here"],
  ])('%s', async (_, text, options, message) => {
    const read = readCsv(options && 'encoding' in options ? new TextEncoder().encode(text) : text, options as object)
    await expect(read).rejects.toThrow(message)
  })

  test('an empty file, bytes that are no text, and a text in another encoding', async () => {
    await expect(readCsv(new Uint8Array())).rejects.toThrow('the bytes is empty; expected a line of names')
    await expect(readCsv(Uint8Array.of(65, 10, 66, 0, 1))).rejects.toThrow('the bytes is no text: it has a zero byte in line 2')
    const latin = Uint8Array.of(65, 10, 0xe9, 10)
    await expect(readCsv(latin)).rejects.toThrow("the bytes is no text in utf-8. Say how it is written, encoding: 'windows-1252'")
    expect(await rowsOf(latin, { encoding: 'windows-1252' })).toEqual([{ A: 'é' }])
  })

  test('a quote left open, before it takes the memory', async () => {
    const open = new Blob(['a,b\n1,2\n"', ...Array.from({ length: 17 }, () => 'x,y\n'.repeat(2 ** 18))])
    await expect(readCsv(open)).rejects.toThrow('the Blob, line 3: a quote is opened there that does not close')
  })
})

test('lines that are skipped are told of', async () => {
  expect(await rowsOf('a,b\n1,2\n3\n4,5,6\n7,8\n', { badLines: 'skip' })).toEqual([
    { a: 1, b: 2 },
    { a: 7, b: 8 },
  ])
})

describe('files', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'csv-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('of several megabytes, plain or compressed, by the line', async () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `${i},"é${i % 7}\n",${i / 8}`)
    const text = `i,t,x\n${lines.join('\n')}\n`
    for (const [file, bytes] of [
      ['plain.csv', Buffer.from(text)],
      ['small.csv.gz', gzipSync(text)],
    ] as const) {
      const path = join(folder, file)
      await writeFile(path, bytes)
      const table = await readCsv(path)
      expect([table.length, table.title]).toEqual([200_000, path])
      for (const row of [0, 99_999, 199_999]) expect(table.row(row)).toEqual({ i: row, t: `é${row % 7}\n`, x: row / 8 })
      await writeFile(path, file.endsWith('gz') ? gzipSync(`${text}1,2\n`) : `${text}1,2\n`)
      await expect(readCsv(path)).rejects.toThrow(`${path}, line 400002: 2 cells, but there are 3 columns`)
    }
  })

  test('that are not there, are damaged, or grow beyond a limit', async () => {
    await expect(readCsv(join(folder, 'absent.csv'))).rejects.toThrow('there is no such file')
    const bomb = gzipSync('a\n'.repeat(2 ** 20))
    await expect(readCsv(bomb, { maxBytes: 2 ** 20 })).rejects.toThrow(
      `the bytes has ${bomb.length} bytes, which decompress to more than 1048576: if that is right, allow it with maxBytes.`,
    )
    await expect(readCsv(bomb.subarray(0, 100))).rejects.toThrow('starts as a gzip file, but cannot be decompressed')
    await expect(readCsv(gzipSync(Buffer.alloc(2 ** 25)))).rejects.toThrow('is no text: it has a zero byte in line 1')
  })
})
