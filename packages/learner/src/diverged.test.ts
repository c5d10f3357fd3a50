import type { TrainingState } from '@onecycle/callbacks'
import { expect, it } from 'vitest'
import { DivergenceGuard } from './diverged.js'

const why = new Error('why')
const state = (lossValue: number, lr_finding = false) =>
  ({ lossValue, lr_finding, divergence: async () => why }) as unknown as TrainingState
const guard = new DivergenceGuard()

it.each([0, -3, 1e38])('lets the loss %d pass', loss => {
  expect(guard.before_step(state(loss))).toBe(undefined)
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  'ends at the loss %d with what is known',
  async loss => {
    await expect(guard.before_step(state(loss))).rejects.toBe(why)
  },
)

it('leaves the end of a search to its own rule', () => {
  expect(guard.before_step(state(Number.NaN, true))).toBe(undefined)
})
