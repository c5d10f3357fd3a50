import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvRows } from './csv-rows.js'

const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', '😀') })

test('whatever pieces a text comes in, its rows are those that were written, and so are their lines', async () => {
  const tables = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(
      tables,
      fc.constantFrom('\n', '\r\n'),
      fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
      async (rows, end, sizes) => {
        const lines = rows.map(row => row.map(each => `"${each.replaceAll('"', '""')}"`).join(','))
        const text = lines.join(end) + end
        const read: { row: string[]; line: number }[] = []
        for await (const piece of csvRows('the text', cut(text, sizes), { sep: ',' }))
          read.push(...piece.rows.map((row, i) => ({ row, line: piece.lineOf(i) })))
        let line = 1
        const expected = rows.map((row, i) => {
          const begins = line
          line += lines[i]!.split('\n').length
          return { row, line: begins }
        })
        // What follows the last line end is an empty line.
        expect(read.filter(({ row }) => row.length > 1)).toEqual(expected)
      },
    ),
  )
})

async function* cut(text: string, sizes: Iterator<number>): AsyncGenerator<string> {
  for (let at = 0; at < text.length; ) {
    const size = sizes.next().value as number
    yield text.slice(at, at + size)
    at += size
  }
}
