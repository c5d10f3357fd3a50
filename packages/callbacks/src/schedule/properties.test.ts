import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  combine_scheds,
  cos_anneal,
  cyclic_lr,
  fit_fc,
  flat_cos,
  lr_range,
  one_cycle,
  SchedCos,
  SchedExp,
  SchedLin,
  SchedPoly,
  type Schedule,
  sgdr,
  torch,
  use_clr,
  use_clr_beta,
} from './index.js'
import { oneCycleForms } from './one-cycle.js'

const rate = fc.double({ min: 1e-6, max: 10, noNaN: true })
const pct = fc.double({ min: 0, max: 1, noNaN: true })
const steps = fc.integer({ min: 1, max: 400 })
const values = (schedule: Schedule, n: number) => Array.from({ length: n + 1 }, (_, step) => schedule(step, n))

/** Rates between a lowest and a highest value, whatever the run's length. */
const bounded: Record<string, (peak: number, share: number) => { lr: Schedule; low: number; least?: number }> = {
  SchedLin: peak => ({ lr: SchedLin(peak / 9, peak), low: peak / 9 }),
  SchedCos: peak => ({ lr: SchedCos(peak, 0), low: 0 }),
  SchedExp: peak => ({ lr: SchedExp(peak / 9, peak), low: peak / 9 }),
  SchedPoly: peak => ({ lr: SchedPoly(peak, 0, 3), low: 0 }),
  combine_scheds: (peak, share) => ({ lr: combine_scheds([share, 1 - share], [SchedLin(0, peak), SchedCos(peak, 0)]), low: 0 }),
  flat_cos: (lr, pct_start) => ({ lr: flat_cos({ lr, pct_start }).lr, low: lr / 1e5 }),
  fit_fc: (lr, start_pct) => ({ lr: fit_fc({ lr, start_pct }).lr, low: 0 }),
  sgdr: lr_max => ({ lr: sgdr({ lr_max, n_cycles: 3, cycle_len: 2 }).lr, low: 0 }),
  cos_anneal: lr => ({ lr: cos_anneal({ lr, cycle: 7, cycle_mult: 2 }), low: 0 }),
  cyclic_lr: max_lr => ({ lr: cyclic_lr({ base_lr: max_lr / 9, max_lr, step_size: 6.5 }), low: max_lr / 9 }),
  use_clr: lr => ({ lr: use_clr({ lr, use_clr: [10, 5] }).lr, low: lr / 10, least: 5 }),
  use_clr_beta: lr => ({ lr: use_clr_beta({ lr, use_clr_beta: [10, 20] }).lr, low: lr / 1000, least: 3 }),
  lr_range: end_lr => ({ lr: lr_range({ start_lr: end_lr / 1e6, end_lr }), low: end_lr / 1e6 }),
  torch_cyclic: max_lr => ({ lr: torch.CyclicLR({ base_lr: 0, max_lr, step_size_up: 3, step_size_down: 8 }).lr, low: 0 }),
  torch_restarts: lr => ({ lr: torch.CosineAnnealingWarmRestarts({ lr, T_0: 5, T_mult: 3 }), low: 0 }),
}

const rounding = 1 + 1e-9

describe.each(Object.entries(bounded))('%s', (_, make) => {
  it('is finite, stays within its bounds, and depends on nothing but its arguments', () => {
    fc.assert(
      fc.property(rate, pct, steps, (peak, share, n) => {
        const { lr, low, least = 1 } = make(peak, share)
        fc.pre(n >= least)
        const all = values(lr, n)
        expect(Math.max(...all)).toBeLessThanOrEqual(peak * rounding)
        expect(Math.min(...all)).toBeGreaterThanOrEqual(low / rounding - 1e-12)
        expect(values(lr, n)).toEqual(all)
      }),
    )
  })

  it.each([
    [Number.NaN, 10],
    [-1, 10],
    [0, 0],
    [0, -5],
    [0, Number.NaN],
    [Number.POSITIVE_INFINITY, 10],
  ])('refuses step %s of %s', (step, n) => {
    expect(() => make(1, 0.5).lr(step, n)).toThrow(RangeError)
  })
})

describe.each(oneCycleForms)('one_cycle, form %s', form => {
  const inForm = fc.record({
    lr_max: rate,
    div_factor: fc.double({ min: 1, max: 100, noNaN: true }),
    pct_start: fc.double({ min: 0, max: form === 'three_step' ? 0.5 : 1, noNaN: true }),
  })

  it('begins at lr_max / div_factor, stays below lr_max, and moves momentum against the rate', () => {
    fc.assert(
      fc.property(inForm, steps, (options, n) => {
        fc.pre(options.pct_start > 1e-3)
        const { lr, mom } = one_cycle({ form, ...options })
        const [rates, momenta] = [values(lr, n), values(mom, n)]
        const start = options.lr_max / options.div_factor
        expect(rates[0]! / start).toBeCloseTo(1, 9)
        expect(Math.max(...rates)).toBeLessThanOrEqual(options.lr_max * rounding)
        expect(Math.max(...momenta)).toBeLessThanOrEqual(0.95 * rounding)
        expect(Math.min(...momenta)).toBeGreaterThanOrEqual(0.85 / rounding)
        const rising = (i: number) => i > 0 && rates[i]! > rates[i - 1]! * rounding
        expect(momenta.findIndex((mom, i) => rising(i) && mom > momenta[i - 1]! * rounding)).toBe(-1)
      }),
    )
  })

  it('is continuous: no batch moves further than its share of the way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 400 }), n => {
        const rates = values(one_cycle({ form, lr_max: 1 }).lr, n)
        const steepest = Math.max(...rates.slice(1).map((value, i) => Math.abs(value - rates[i]!)))
        expect(steepest).toBeLessThan(Math.PI / 2 / Math.floor(0.25 * n))
      }),
    )
  })

  it.each([1, 2, 3])('trains a run of %s batches', n => {
    const { lr, mom } = one_cycle({ form, lr_max: 1 })
    for (let step = 0; step <= n; step++) {
      expect(lr(step, n)).toBeGreaterThan(0)
      expect(lr(step, n)).toBeLessThanOrEqual(1)
      expect(mom(step, n)).toBeGreaterThanOrEqual(0.85)
    }
  })
})

describe('one_cycle in whole batches', () => {
  const forms = fc.constantFrom('fastai1' as const, 'fastai1_cosine' as const)

  it('reaches exactly lr_max on batch floor(n * pct_start), and exactly lr_max / final_div after the last', () => {
    fc.assert(
      fc.property(forms, rate, fc.integer({ min: 4, max: 400 }), fc.integer({ min: 30, max: 90 }), (form, lr_max, n, percent) => {
        const pct_start = percent / 100
        const { lr, mom } = one_cycle({ form, lr_max, pct_start })
        const turn = Math.floor(n * pct_start)
        expect(lr(turn, n)).toBe(lr_max)
        expect(mom(turn, n)).toBe(0.85)
        expect(lr(n, n) / (lr_max / 25e4)).toBeCloseTo(1, 9)
        expect(mom(n, n)).toBeCloseTo(0.95, 12)
      }),
    )
  })

  it('is, by default, a straight line up and a cosine down', () => {
    const { lr, mom } = one_cycle({ lr_max: 1 })
    expect(lr(15, 100)).toBeCloseTo(0.04 + 0.5 * 0.96, 12)
    expect(mom(15, 100)).toBeCloseTo(0.9, 12)
    expect(lr(65, 100)).toBeCloseTo((1 + 1 / 25e4) / 2, 12)
    expect(mom(65, 100)).toBeCloseTo(0.9, 12)
  })

  it('annihilates at steady momentum in three steps', () => {
    const { lr, mom } = one_cycle({ form: 'three_step', lr_max: 1, div_factor: 10 })
    expect([0, 45, 90, 100].map(step => lr(step, 100))).toEqual([0.1, 1, 0.1, 0.001])
    expect([0, 45, 90, 95, 100].map(step => mom(step, 100))).toEqual([0.95, 0.85, 0.95, 0.95, 0.95])
  })

  it('is the 1cycle of fastai 0.7 in three steps, where both have whole batches', () => {
    const ours = one_cycle({ form: 'three_step', lr_max: 1, div_factor: 10, pct_start: 0.45 })
    const theirs = use_clr_beta({ lr: 1, use_clr_beta: [10, 10] })
    for (let step = 0; step < 40; step++) expect(ours.lr(step, 40)).toBeCloseTo(theirs.lr(step, 40), 12)
  })
})

describe('restarts', () => {
  it('fall on the first batch of every cycle of sgdr, where fastai 2 can be a batch late', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 30 }),
        (n_cycles, cycle_len, batches) => {
          const { epochs, lr } = sgdr({ lr_max: 1, n_cycles, cycle_len })
          for (let i = 0, first = 0; i < n_cycles; first += cycle_len * 2 ** i * batches, i++)
            expect(lr(first, epochs * batches)).toBe(1)
        },
      ),
    )
  })
})
