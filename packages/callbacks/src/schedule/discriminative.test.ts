import { expect, it } from 'vitest'
import { group_rates, slice } from './index.js'

it('gives every group the same rate, its own from a list, or its own from a slice', () => {
  expect(group_rates(0.1, 3)).toEqual([0.1, 0.1, 0.1])
  expect(group_rates([1, 2], 2)).toEqual([1, 2])
  expect(group_rates(slice(0.1), 3)).toEqual([0.01, 0.01, 0.1])
  const [first, second, third] = group_rates(slice(1e-5, 1e-3), 3)
  expect([first, third]).toEqual([1e-5, 1e-3])
  expect(second).toBeCloseTo(1e-4, 15)
})

it("gives a single group a slice's upper end, where fastai 1 divides by zero", () => {
  expect(group_rates(slice(1e-5, 1e-3), 1)).toEqual([1e-3])
  expect(group_rates(slice(1e-3), 1)).toEqual([1e-3])
})
