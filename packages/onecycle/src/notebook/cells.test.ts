import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellsOf } from './cells.js'

test('cells of code and of text, where they stand, and what their markers say', () => {
  const text = [
    '#!/usr/bin/env node',
    '// # Title',
    '//',
    '// Words.',
    '',
    '// %% [markdown] About it',
    '// More words,',
    '//   indented.',
    '',
    '// %% Load',
    '',
    'const x = 1',
    'x',
    '',
    '//%%',
    '',
    '// %%',
    'x + 1',
  ].join('\n')
  expect(cellsOf(text)).toEqual([
    { kind: 'markdown', source: '# Title\n\nWords.', line: 1, lastLine: 5 },
    { kind: 'markdown', source: 'More words,\n  indented.', line: 6, lastLine: 9, title: 'About it' },
    { kind: 'code', source: 'const x = 1\nx', line: 10, lastLine: 14, title: 'Load' },
    { kind: 'code', source: 'x + 1', line: 17, lastLine: 18 },
  ])
})

test('a program without markers is one cell, and lines of Windows are lines', () => {
  expect(cellsOf('const x = 1\r\n// a comment\r\nx\r\n')).toEqual([
    { kind: 'code', source: 'const x = 1\n// a comment\nx', line: 1, lastLine: 4 },
  ])
  expect(cellsOf('\n\n')).toEqual([])
})

test('no line of code is lost, whatever the cells', () => {
  const line = fc.constantFrom('// %%', 'a()', '  b()', '', '// %% c', '// d')
  fc.assert(
    fc.property(fc.array(line), lines => {
      const code = cellsOf(['start()', ...lines].join('\n')).filter(({ kind }) => kind === 'code')
      const kept = code.flatMap(({ source }) => source.split('\n')).filter(each => each.trim())
      expect(kept).toEqual(['start()', ...lines].filter(each => each.trim() && !each.startsWith('// %%')))
    }),
  )
})
