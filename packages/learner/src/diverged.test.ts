import type { TrainingState } from '@onecycle/callbacks'
import { expect, it } from 'vitest'
import { DivergedError, DivergenceGuard } from './diverged.js'

const state = (lossValue: number, lr_finding = false) =>
  ({ lossValue, lr_finding, iter: 7, epoch: 2, opt: { get: () => [1e-3, 0.12345] } }) as unknown as TrainingState
const guard = new DivergenceGuard()

it.each([0, -3, 1e38])('lets the loss %d pass', loss => {
  expect(() => guard.before_step(state(loss))).not.toThrow()
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('says where the loss became %d', loss => {
  let error: unknown
  try {
    guard.before_step(state(loss))
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(DivergedError)
  expect(error).toMatchObject({ name: 'DivergedError', epoch: 2, batch: 7, lr: 0.12345, loss })
  expect((error as Error).message).toContain(`became ${loss} at batch 7 of epoch 2 (learning rate 0.123)`)
})

it('leaves the end of a search to its own rule', () => {
  expect(() => guard.before_step(state(Number.NaN, true))).not.toThrow()
})
