import { expect, it } from 'vitest'
import { cos_anneal, fit07, type Schedule, use_clr, wd_sched07 } from './index.js'

const at = (schedule: unknown, step: number, steps: number) => (schedule as Schedule)(step, steps)

it('counts epochs by cycles, with and without cycle_len', () => {
  expect(fit07({ lrs: 1, n_cycle: 3 }, 10).epochs).toBe(3)
  expect(fit07({ lrs: 1, n_cycle: 3, cycle_mult: 2 }, 10).epochs).toBe(7)
  expect(fit07({ lrs: 1, n_cycle: 3, cycle_len: 2, cycle_mult: 2 }, 10).epochs).toBe(14)
})

it('is constant without cycle_len, and a cosine with it', () => {
  expect(at(fit07({ lrs: 0.5, n_cycle: 2 }, 10).lr, 7, 20)).toBe(0.5)
  const plan = fit07({ lrs: 0.5, n_cycle: 2, cycle_len: 1 }, 10)
  for (let step = 0; step < 20; step++) expect(at(plan.lr, step, 20)).toBe(cos_anneal({ lr: 0.5, cycle: 10 })(step, 20))
})

it('prefers use_clr when use_clr_beta is given too', () => {
  const plan = fit07({ lrs: 1, n_cycle: 1, cycle_len: 1, use_clr: [32, 5], use_clr_beta: [10, 10, 0.95, 0.85] }, 20)
  expect(plan.mom).toBeUndefined()
  expect(at(plan.lr, 7, 20)).toBe(use_clr({ lr: 1, use_clr: [32, 5] }).lr(7, 20))
})

it('ends cycles with their last batch, where the original was one early', () => {
  expect(fit07({ lrs: 1, n_cycle: 3, cycle_len: 1, cycle_mult: 2 }, 10).cycle_ends).toEqual([10, 30, 70])
  expect(fit07({ lrs: 1, n_cycle: 2, cycle_len: 1, cycle_mult: 2, use_clr: [32, 5] }, 10).cycle_ends).toEqual([10, 20, 30])
  expect(fit07({ lrs: 1, n_cycle: 4, cycle_len: 1 }, 1).cycle_ends).toEqual([1, 2, 3, 4])
  expect(fit07({ lrs: 1, n_cycle: 2 }, 10).cycle_ends).toEqual([])
})

it('gives every layer group its own rate', () => {
  const { lr } = fit07({ lrs: [1, 10], n_cycle: 1, cycle_len: 1 }, 20)
  const [first, second] = lr as readonly Schedule[]
  expect(second!(10, 20)).toBeCloseTo(10 * first!(10, 20), 12)
})

it('normalizes weight decay by the length of the current cycle', () => {
  const wd = wd_sched07({ wds: 1, n_cycle: 2, cycle_mult: 3, norm_wds: true, wds_sched_mult: () => 2 }, 4)
  expect([0, 3, 4, 15, 16].map(step => wd(step, 16))).toEqual([1, 1, 2 / Math.sqrt(12), 2 / Math.sqrt(12), 2 / Math.sqrt(12)])
})
