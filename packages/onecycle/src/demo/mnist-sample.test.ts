import { expect, test } from 'vitest'
import { rate } from './mnist-sample.js'

test.each([
  [5e-2, '5e-2'],
  [5e-2 / 10, '5e-3'],
  [0.1 / 3, '3.33e-2'],
  [1, '1e0'],
])('%f is written %s', (lr, text) => {
  expect(rate(lr)).toBe(text)
})
