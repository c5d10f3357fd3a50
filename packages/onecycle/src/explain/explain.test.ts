import { expect, test } from 'vitest'
import type { Entry } from './entry.js'
import { findEntries } from './find-entries.js'
import { inTerminal, listInTerminal } from './in-terminal.js'

const entry = (code: string, ...messages: string[]): Entry => ({
  code,
  page: 'errors/a.md',
  title: 'Some errors',
  text: 'It has `words`, and **more** of them than a narrow terminal has room for.\n\n**Why.** So that lines are made.\n\n```ts\nconst a = 1\n\n  a\n```',
  messages,
})
const entries = [
  entry('unknown-option', '… has no option …. Did you mean …? Its options are: ….', '… has no option …: ….'),
  entry(
    'large-batch',
    'bs is …, but there are only … samples, and drop_last leaves out a batch that is not full: no batch is left.',
  ),
  entry('ragged', '… is ragged: … stands where others have a list of ….'),
  entry('shape', '… is ragged: … stands where others have a list of ….', '… is …; expected ….'),
  entry('ENOENT'),
]
const codesOf = (text: string) => findEntries(entries, text).map(({ code }) => code)

test.each([
  ['unknown-option', ['unknown-option']],
  [' ENOENT\n', ['ENOENT']],
  ['TypeError [unknown-option]: fit has no option epoch', ['unknown-option']],
  ["  at a.js:1:2 {\n  code: 'ragged'\n}", ['ragged']],
  ['{"error":{"name":"Error","code":"ENOENT","message":"Cannot read a"}}', ['ENOENT']],
  ['What it means: onecycle explain ragged. Run it', ['ragged']],
  ['epoch 1\nError [ENOENT]: a\nlater [ragged]', ['ENOENT', 'ragged']],
  ['error: fit_one_cycle has no option pctStart. Did you mean pct_start? Its options are: a, b', ['unknown-option']],
  ['bs is 64, but there are only\n   12 samples, and drop_last', ['large-batch']],
  ['x is ragged: 3 stands where others have a list of 2', ['ragged', 'shape']],
  ['x is 3; expected 4', []],
  ["Cannot find module 'a'", []],
  ['', []],
])('%j is of %j', (text, codes) => {
  expect(codesOf(text)).toEqual(codes)
})

test('a terminal has lines of its width, and code as it is', () => {
  const plain = inTerminal(entries[0]!, 40).replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '')
  expect(plain.split('\n')).toEqual([
    'unknown-option  Some errors',
    '',
    'It has words, and more of them than a',
    'narrow terminal has room for.',
    '',
    'Why. So that lines are made.',
    '',
    '    const a = 1',
    '',
    '      a',
    '',
    'docs/errors/a.md#unknown-option',
  ])
  expect(listInTerminal(entries, 40)).toMatch(/Some errors\S*\nunknown-option, large-batch, ragged,\nshape, ENOENT$/)
})
