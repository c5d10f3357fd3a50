import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { tableOf } from './measure.js'

it('a table of training steps has every backend that was measured, and why a figure is missing', () => {
  const table = tableOf([
    {
      backend: 'wasm',
      steps: [
        { name: 'W1', min: 1.234, median: 2.5, steps: 9 },
        { name: 'W4', min: 120.4, median: 130, steps: 9 },
      ],
      fails: 'took more than 8 s',
    },
    { backend: 'cpu', steps: [{ name: 'W3', min: 150, median: 160.6, steps: 3 }] },
  ])
  expect(stripVTControlCharacters(table).split('\n').slice(0, 4)).toEqual([
    'Training steps, milliseconds, shortest / median',
    '            W1                W3                W4',
    '  wasm      1.23 / 2.50       -                 120 / 130         took more than 8 s',
    '  cpu       -                 150 / 161         -',
  ])
})
