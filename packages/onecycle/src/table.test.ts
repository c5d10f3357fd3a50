import { expect, test } from 'vitest'
import { table } from './table.js'

test('columns are as wide as their widest cell, the first to the left', () => {
  expect(
    table([
      ['run', 'loss'],
      ['constant', '0.5'],
      ['1cycle', '0.25'],
    ]),
  ).toBe('run       loss\nconstant   0.5\n1cycle    0.25')
})

test('colours do not count as width', () => {
  const painted = table(
    [
      ['a', 'b'],
      ['aaa', 'bbb'],
    ],
    (text, row) => (row === 1 ? `<${text}>` : text),
  )
  expect(painted).toBe('a      b\n<aaa>  <bbb>')
})

test('empty cells at the end leave no blanks', () => {
  expect(
    table([
      ['a', 'best'],
      ['b', ''],
    ]),
  ).toBe('a  best\nb')
})
