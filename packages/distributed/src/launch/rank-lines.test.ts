import { expect, test } from 'vitest'
import { lastLine } from './last-line.js'
import { RankLines } from './rank-lines.js'

async function told(mpiexec: ConstructorParameters<typeof RankLines>[0], chunks: string[]): Promise<string> {
  const lines = new RankLines(mpiexec)
  for (const chunk of chunks) lines.write(chunk)
  lines.end()
  let text = ''
  for await (const part of lines) text += part
  return text
}

test.each([
  [
    'MPICH',
    'MPICH 4.0.2',
    ['[0] a\n[1]  b\n', '[12] c', 'd\n[0] [1] e\nsaid by mpiexec\n[0] half'],
    'a\n[1]  b\n[12] cd\n[1] e\nsaid by mpiexec\nhalf',
  ],
  ['Open MPI', 'Open MPI 4.1.4', ['[1,0]<stdout>:a\n[1,1]<stdout>:  b\n', '---\n[1,2]<stderr>:c\n'], 'a\n[1]   b\n---\n[2] c\n'],
  ['Open MPI', 'Open MPI 5.0.11', ['[1,0]<stdout>: a\n[job@1,1]<stderr>:   b\n'], 'a\n[1]   b\n'],
] as const)('lines of %s (%s) are passed on with their ranks', async (engine, version, chunks, expected) => {
  expect(await told({ engine, version }, [...chunks])).toBe(expected)
})

test('what ranks say of their end is heard, and not passed on', async () => {
  const codes: number[] = []
  const lines = new RankLines({ engine: 'MPICH', version: 'MPICH 4.0.2' }, code => codes.push(code))
  lines.end(`[0] ${lastLine(0)}[1] half${lastLine(143)}[1] b\n`)
  let text = ''
  for await (const part of lines) text += part
  expect(text).toBe('[1] half\n[1] b\n')
  expect(codes).toEqual([0, 143])
})
