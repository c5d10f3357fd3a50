import { checkChoice, checkCount, checkKeys, checkOptions, kind } from '@onecycle/platform'
import { SchedCos, SchedExp, SchedLin, SchedNo, SchedPoly } from './annealers.js'
import { cyclicModes } from './cyclic-scale.js'
import { cyclic_lr } from './cyclic-schedule.js'
import { fit07 } from './fit07.js'
import { fit_fc, flat_cos } from './flat-cos.js'
import { lr_range, lrRangeForms } from './lr-range.js'
import { one_cycle, oneCycleForms } from './one-cycle.js'
import type { Schedule } from './schedule.js'
import { sgdr } from './sgdr.js'
import * as torch from './torch/index.js'
import type { LrAndMaybeMom } from './use-clr.js'

/** One option of a named schedule, as a command line or a form needs to know it. */
export interface ScheduleOption {
  description: string
  /** `numbers`: one number or several. */
  type: 'number' | 'numbers' | 'choice'
  choices?: readonly string[]
  /** Shown to the user; absent when the option must be given. */
  default?: string | number
}

/** The fit that a schedule is drawn for. */
export interface FitLength {
  epochs: number
  /** Batches per epoch. */
  batches: number
}

export type ScheduleValues = Readonly<Record<string, number | readonly number[] | string>>

/** A schedule that can be asked for by name. */
export interface NamedSchedule {
  description: string
  options: Readonly<Record<string, ScheduleOption>>
  /** Makes it; schedules in cycles decide themselves how many epochs they take. */
  make(values: ScheduleValues, fit: FitLength): LrAndMaybeMom & { epochs?: number }
}

const number = (description: string, value?: number | string): ScheduleOption => ({
  description,
  type: 'number',
  ...(value !== undefined && { default: value }),
})
const choice = (description: string, choices: readonly string[]): ScheduleOption => ({
  description,
  type: 'choice',
  choices,
  default: choices[0]!,
})
const numbers = (description: string, value?: string): ScheduleOption => ({ ...number(description, value), type: 'numbers' })

const lr = number('the learning rate: the highest one where it varies')
const n_cycle = number('number of cycles', 1)
const cycle_mult = (value: number) => number('each cycle is this many times as long as the one before', value)
const pct_start = (value: number | string) => number('share of the batches before the turn', value)

/** `lr` is what all schedules call their rate here; each function has its own name for it. */
const renamed = ({ lr, ...values }: ScheduleValues, name: string) =>
  ({ ...values, ...(lr !== undefined && { [name]: lr }) }) as never

const annealer = (
  description: string,
  make: (start: number, end: number, power: number) => Schedule,
  options: NamedSchedule['options'] = {},
): NamedSchedule => ({
  description,
  options: { lr: number('the rate at the start'), end: number('the rate after the last batch', 0), ...options },
  make: ({ lr, end = 0, power = 2 }) => ({ lr: make(lr as number, end as number, power as number) }),
})

const cycles07 = (values: ScheduleValues, { epochs, batches }: FitLength) => {
  const { lr: lrs, cycle_len = epochs, n_cycle = 1, ...rest } = values
  return fit07({ ...rest, lrs, cycle_len, n_cycle } as never, batches) as LrAndMaybeMom & { epochs: number }
}
const cycle_len = number('epochs of the first cycle', 'all epochs')

/**
 * Every schedule by name.
 *
 * @example
 * console.log(Object.keys(schedules))   // ['one_cycle', ...]
 * const { lr } = schedules['sgdr']!.make({ lr: 1e-2, n_cycles: 2 }, { epochs: 3, batches: 100 })
 */
export const schedules: Readonly<Record<string, NamedSchedule>> = {
  one_cycle: {
    description: 'the 1cycle policy: up and down once, momentum the other way round',
    options: {
      lr,
      form: choice('whose 1cycle', oneCycleForms),
      moms: numbers('momentum at the start and the peak', '0.95 0.85'),
      div_factor: number('starts at lr / div_factor', 25),
      final_div: number('ends at lr / final_div', 'div_factor * 1e4; fastai2: 1e5; three_step: div_factor * 100'),
      pct_start: pct_start('0.3; fastai2: 0.25; three_step: 0.45'),
    },
    make: values => one_cycle(renamed(values, 'lr_max')),
  },
  flat_cos: {
    description: "fastai 2's fit_flat_cos: flat, then a cosine down",
    options: { lr, div_final: number('ends at lr / div_final', 1e5), pct_start: pct_start(0.75) },
    make: values => flat_cos(values as never),
  },
  fit_fc: {
    description: "fastai 1's fit_fc: flat, then a cosine to 0",
    options: { lr, moms: numbers('momentum of the flat part and of the cosine', '0.95 0.85'), start_pct: pct_start(0.72) },
    make: values => fit_fc(values as never),
  },
  sgdr: {
    description: "fastai 2's fit_sgdr: a cosine to 0 per cycle",
    options: { lr, n_cycles: n_cycle, cycle_len, cycle_mult: cycle_mult(2) },
    make: (values, { epochs }) => sgdr(renamed({ n_cycles: 1, cycle_len: epochs, ...values }, 'lr_max')),
  },
  cos_anneal: {
    description: "fastai 0.7's cycle_len: cosines with warm restarts and a short warm-up",
    options: { lr, n_cycle, cycle_len, cycle_mult: cycle_mult(1) },
    make: cycles07,
  },
  use_clr: {
    description: "fastai 0.7's slanted triangle",
    options: { lr, use_clr: numbers('div, cut_div and perhaps mom_max, mom_min'), n_cycle, cycle_len },
    make: (values, fit) => cycles07({ use_clr: [], ...values }, fit),
  },
  use_clr_beta: {
    description: "fastai 0.7's 1cycle: up, down, annihilation",
    options: { lr, use_clr_beta: numbers('div, percent of annihilation and perhaps mom_max, mom_min'), n_cycle, cycle_len },
    make: (values, fit) => cycles07({ use_clr_beta: [], ...values }, fit),
  },
  cyclic_lr: {
    description: "Keras CLR's triangles",
    options: {
      lr: number('the rate in the middle of a cycle', 6e-3),
      base_lr: number('the rate at the ends of a cycle', 1e-3),
      step_size: number('batches of half a cycle', 2000),
      mode: choice('how the triangles shrink', cyclicModes),
      gamma: number('the factor of exp_range', 1),
    },
    make: values => ({ lr: cyclic_lr(renamed(values, 'max_lr')) }),
  },
  lr_range: {
    description: "a learning-rate finder's rates",
    options: {
      start_lr: number('the first rate', 1e-7),
      end_lr: number('the rate after the last batch', 10),
      form: choice('how it grows', lrRangeForms),
    },
    make: values => ({ lr: lr_range(values as never) }),
  },
  constant: { description: 'always the same', options: { lr }, make: ({ lr }) => ({ lr: SchedNo(lr as number) }) },
  linear: annealer('a straight line', SchedLin),
  cosine: annealer('half a cosine', SchedCos),
  exponential: annealer('equal factors per batch', SchedExp, { end: number('the rate after the last batch, not 0') }),
  polynomial: annealer('a power of the position', SchedPoly, { power: number('the exponent', 2) }),
  torch_one_cycle: {
    description: "PyTorch's OneCycleLR",
    options: {
      lr,
      pct_start: pct_start(0.3),
      anneal_strategy: choice('the shape', ['cos', 'linear']),
      div_factor: number('starts at lr / div_factor', 25),
    },
    make: values => torch.OneCycleLR(renamed(values, 'max_lr')),
  },
  torch_cyclic: {
    description: "PyTorch's CyclicLR",
    options: {
      lr,
      base_lr: number('the rate at the ends of a cycle'),
      step_size_up: number('batches on the way up', 2000),
      step_size_down: number('batches on the way down', 'step_size_up'),
      mode: choice('how the triangles shrink', cyclicModes),
      gamma: number('the factor of exp_range', 1),
    },
    make: values => torch.CyclicLR(renamed(values, 'max_lr')),
  },
  torch_warm_restarts: {
    description: "PyTorch's CosineAnnealingWarmRestarts",
    options: { lr, T_0: number('batches of the first cycle'), T_mult: cycle_mult(1), eta_min: number('the lowest rate', 0) },
    make: values => ({ lr: torch.CosineAnnealingWarmRestarts(values as never) }),
  },
}

/** A named schedule's values for every batch of a fit. */
export interface ScheduleTable {
  steps: number
  lr: number[]
  mom?: number[]
}

/**
 * Draws up a schedule by name: learning rate, and momentum if it has one, for every batch.
 * @throws RangeError for an unknown name or value, TypeError for an unknown option.
 *
 * @example
 * schedule_table('one_cycle', { lr: 5e-2 }, { epochs: 2, batches: 193 }).lr   // 386 rates
 */
export function schedule_table(name: string, values: ScheduleValues, fit: FitLength): ScheduleTable {
  const named = schedules[checkChoice('the schedule', name, Object.keys(schedules))]!
  checkKeys(name, values, Object.keys(named.options))
  checkOptions<FitLength>('The fit of a schedule_table', fit, { epochs: kind.any, batches: kind.any })
  const batches = checkCount('batches', fit.batches)
  const made = named.make(values, { epochs: checkCount('epochs', fit.epochs), batches })
  const steps = (made.epochs ?? fit.epochs) * batches
  const all = (schedule: Schedule) => Array.from({ length: steps }, (_, step) => schedule(step, steps))
  return { steps, lr: all(made.lr), ...(made.mom && { mom: all(made.mom) }) }
}
