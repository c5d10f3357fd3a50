import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { DataBunch } from '../data-bunch.js'

const x = Float32Array.from({ length: 8 }, (_, i) => i)

test.each([
  [{ x, y: [0, 1, 0, 1], shape: [2], classes: ['no', 'yes'], bs: 2 }, '[2], targets: one of no, yes'],
  [{ x, y: Int32Array.of(0, 1, 2, 0), shape: [2, 1], bs: 2 }, '[2, 1], targets: one of 3 classes'],
  [{ x, y: Float32Array.of(1, 2, 3, 4), shape: [2], bs: 2 }, '[2], targets: values'],
  [
    { x: { a: x, b: x.subarray(4) }, y: x, shape: { a: [2], b: [1] }, targetShape: [2], bs: 2 },
    '[2] and [1], targets [2]: values',
  ],
])('consoles and notebooks show what data is, in two lines', (options, said) => {
  expect(inspect(DataBunch.from_arrays(options))).toBe(
    `DataBunch: 4 samples in 2 batches of 2 to train on, none to validate on\ninputs ${said}`,
  )
})

test('and how much of it validates', () => {
  const data = DataBunch.from_arrays({ x, y: x, bs: 4, valid_pct: 0.25 })
  expect(inspect({ data })).toContain('6 samples in 1 batch of 4 to train on, 2 samples in 1 batch of 4 to validate on')
})
