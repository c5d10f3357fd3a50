import { describe, expect, it } from 'vitest'
import {
  CyclicLR,
  combine_scheds,
  cos_anneal,
  cyclic_lr,
  fine_tune,
  fit_fc,
  fit07,
  flat_cos,
  general_sched,
  group_rates,
  lr_find_stop,
  lr_range,
  OneCycleScheduler,
  one_cycle,
  ParamScheduler,
  SchedExp,
  SchedLin,
  SchedNo,
  SchedPoly,
  sgdr,
  slice,
  torch,
  use_clr,
  use_clr_beta,
  wd_sched07,
} from './index.js'

describe.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a rate of %s', bad => {
  it.each<[string, () => unknown]>([
    ['one_cycle', () => one_cycle({ lr_max: bad })],
    ['flat_cos', () => flat_cos({ lr: bad })],
    ['fit_fc', () => fit_fc({ lr: bad })],
    ['sgdr', () => sgdr({ lr_max: bad, n_cycles: 1, cycle_len: 1 })],
    ['cos_anneal', () => cos_anneal({ lr: bad })],
    ['use_clr', () => use_clr({ lr: bad, use_clr: [32, 5] })],
    ['use_clr_beta', () => use_clr_beta({ lr: bad, use_clr_beta: [10, 10] })],
    ['fit07', () => fit07({ lrs: [1e-3, bad], n_cycle: 1 }, 10)],
    ['lr_range', () => lr_range({ start_lr: bad })],
    ['group_rates', () => group_rates(slice(bad, 1), 3)],
    ['fine_tune', () => fine_tune({ epochs: 1, base_lr: bad })],
    ['OneCycleLR', () => torch.OneCycleLR({ max_lr: bad })],
    ['CosineAnnealingWarmRestarts', () => torch.CosineAnnealingWarmRestarts({ lr: bad, T_0: 10 })],
    ['an epoch count', () => fit07({ lrs: 1e-3, n_cycle: bad }, 10)],
    ['a step size', () => cyclic_lr({ step_size: bad })],
    ['a cycle length', () => cos_anneal({ lr: 1, cycle: bad })],
    ['a div_factor', () => one_cycle({ lr_max: 1, div_factor: bad })],
    ['a final_div', () => one_cycle({ lr_max: 1, final_div: bad })],
    ['a phase length', () => general_sched([{ length: bad, params: {} }])],
    ['num_it', () => bad === Number.POSITIVE_INFINITY || lr_find_stop({ num_it: bad })],
  ])('is refused by %s, which says what it was', (_, make) => {
    if (_ === 'num_it' && bad === Number.POSITIVE_INFINITY) return
    expect(make).toThrow(String(bad))
    expect(make).toThrow(RangeError)
  })
})

it.each<[string, () => unknown, string]>([
  [
    'shares that do not sum to 1',
    () => combine_scheds([0.3, 0.6], [SchedNo(1), SchedNo(2)]),
    '[0.3, 0.6] must sum to 1, but their sum is 0.8999999999999999',
  ],
  ['shares without schedules', () => combine_scheds([1], []), '1 shares and 0 schedules'],
  ['a negative share', () => combine_scheds([-0.5, 1.5], [SchedNo(1), SchedNo(2)]), 'pcts[0] must be a number at least 0'],
  ['an exponential through 0', () => SchedExp(1, 0), 'neither 0'],
  ['a NaN end', () => SchedLin(1, Number.NaN), "SchedLin's end"],
  ['a power of 0', () => SchedPoly(1, 2, 0), 'above 0'],
  [
    'a pct_start above 1',
    () => one_cycle({ lr_max: 1, pct_start: 1.5 }),
    'pct_start must be a number at least 0 and at most 1, but it is 1.5',
  ],
  ['more than half up in three steps', () => one_cycle({ lr_max: 1, form: 'three_step', pct_start: 0.6 }), 'at most 0.5'],
  ['a momentum of 1', () => one_cycle({ lr_max: 1, moms: [0.95, 1] }), 'moms[1] must be a number at least 0 and below 1'],
  ['three momenta for two', () => one_cycle({ lr_max: 1, moms: [0.95, 0.9, 0.95] }), '2 momenta'],
  ['an unknown form', () => one_cycle({ lr_max: 1, form: 'fastai3' as never }), "'fastai2'"],
  [
    "fastai 2's name of an option",
    () => one_cycle({ lr_max: 1, div: 10 } as never),
    'no option div. Did you mean div_factor? Its options are: lr_max, form, moms, div_factor',
  ],
  ['cycles of equal length', () => sgdr({ lr_max: 1, n_cycles: 3, cycle_len: 1, cycle_mult: 1 }), 'Use cos_anneal'],
  ['a cycle shorter than cut_div', () => use_clr({ lr: 1, use_clr: [20, 5], cycle: 4 }).lr(0, 4), 'at least cut_div = 5 batches'],
  ['three values for use_clr', () => use_clr({ lr: 1, use_clr: [20, 5, 0.95] }), '[20, 5, 0.95]'],
  ['a cycle without a way up', () => use_clr_beta({ lr: 1, use_clr_beta: [10, 10] }).lr(0, 1), 'leaves 0 for each'],
  ['use_clr without cycle_len', () => fit07({ lrs: 1, n_cycle: 1, use_clr: [20, 5] }, 10), 'use_clr needs cycle_len'],
  ['decay below 0', () => wd_sched07({ wds: -1, n_cycle: 1 }, 10), 'wds'],
  [
    'a late hyper-parameter',
    () =>
      general_sched([
        { length: 1, params: {} },
        { length: 1, params: { wd: 0 } },
      ]),
    'phase 0 does not',
  ],
  ['no phases', () => general_sched([]), 'at least one phase'],
  ['rates that are not one per group', () => group_rates([1, 2], 3), '3 groups'],
  [
    'an unknown mode',
    () => new CyclicLR({ mode: 'bogus' as never }),
    "'triangular', 'triangular2', 'exp_range', but it is 'bogus'",
  ],
  [
    'no object of schedules',
    () => new ParamScheduler(SchedNo(1) as never),
    'takes schedules by name, such as { lr: SchedCos(1e-2, 0) }',
  ],
  ['no object of options', () => new CyclicLR(1e-3 as never), 'takes its options as an object'],
  [
    'a rate that was not found',
    () => new OneCycleScheduler({ lr_max: undefined }),
    'OneCycleScheduler got lr_max: undefined. Give a',
  ],
  ['a bound that was not found', () => new CyclicLR({ base_lr: 1e-4, max_lr: undefined }), 'cyclic_lr got max_lr: undefined'],
  ['a rate that is null', () => fit_fc({ lr: null as never }), 'fit_fc got lr: null'],
  ['a base rate that was not found', () => fine_tune({ epochs: 1, base_lr: undefined }), 'fine_tune got base_lr: undefined'],
  ['a scale_fn that gives NaN', () => cyclic_lr({ scale_fn: () => Number.NaN })(0, 1), 'scale_fn'],
  ['a phase without length', () => torch.OneCycleLR({ max_lr: 1, total_steps: 10, pct_start: 0.1 }).lr(0, 10), 'no length'],
  ['more steps than total_steps', () => torch.OneCycleLR({ max_lr: 1, total_steps: 10 }).lr(11, 11), 'total_steps is 10'],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(message)
})

it('accepts shares that only rounding keeps from 1', () => {
  const tenths = Array<number>(10).fill(0.1)
  expect(tenths.reduce((a, b) => a + b)).not.toBe(1)
  expect(combine_scheds(tenths, tenths.map(SchedNo as never))).toBeTypeOf('function')
})

it('refuses cycles that grow beyond all counting', () => {
  const message = 'what 2000 cycles come to, in epochs, must be a whole number of at least 1, but it is Infinity'
  expect(() => sgdr({ lr_max: 1, n_cycles: 2000, cycle_len: 1 })).toThrow(message)
  expect(() => fit07({ lrs: 1, n_cycle: 2000, cycle_mult: 2 }, 10)).toThrow(message)
  expect(() => fit07({ lrs: 1, n_cycle: 2000, cycle_len: 1, cycle_mult: 2 }, 10)).toThrow(message)
})

it('plans any number of epochs at a constant rate at once', () => {
  expect(fit07({ lrs: 1, n_cycle: 1e12 }, 10).epochs).toBe(1e12)
})
