import { checkChoice, checkNumber, checkOptions, type Kinds, keepNames, kind } from '@onecycle/platform'
import { combined_cos, cosine, linear } from './annealers.js'
import { checkMoms } from './check-moms.js'
import { checkStep, type LrAndMom, type Schedule } from './schedule.js'

/** The published forms of the 1cycle policy. */
export const oneCycleForms = ['fastai1', 'fastai1_cosine', 'fastai2', 'three_step'] as const

/**
 * Which published 1cycle:
 * - `fastai1`: linear up, cosine down; what fastai 1 documents (and its code up to about 1.0.20).
 * - `fastai1_cosine`: cosine up, cosine down; fastai 1's later code.
 * - `fastai2`: cosine, cosine, by position instead of by whole batches, with fastai 2's own defaults.
 * - `three_step`: linear up, linear down, then annihilation at steady momentum (Smith 2018, arXiv:1803.09820).
 */
export type OneCycleForm = (typeof oneCycleForms)[number]

/** What `one_cycle` is given: the highest rate, whose form it is, momenta, and how the rate rises and falls. */
export interface OneCycleOptions {
  /** The highest learning rate. */
  lr_max: number
  /** Default `fastai1`. */
  form?: OneCycleForm | undefined
  /** Momentum at the start and at the peak; a third one at the end in form `fastai2`. Default [0.95, 0.85] (and 0.95). */
  moms?: number | readonly number[] | undefined
  /** The run starts at `lr_max / div_factor`. Default 25. */
  div_factor?: number | undefined
  /** The run ends at `lr_max / final_div`. Default `div_factor * 1e4`; form `fastai2`: 1e5; `three_step`: `div_factor * 100`. */
  final_div?: number | undefined
  /** Share of the batches on the way up. Default 0.3; form `fastai2`: 0.25; `three_step`: 0.45 up and as many down. */
  pct_start?: number | undefined
}

/** Each is looked at where it is used. */
export const oneCycleKinds: Kinds<OneCycleOptions> = {
  ...{ lr_max: kind.any, form: kind.any, moms: kind.any, div_factor: kind.any, final_div: kind.any, pct_start: kind.any },
}

const defaults = {
  fastai1: { pct_start: 0.3, final_div: (div: number) => div * 1e4 },
  fastai1_cosine: { pct_start: 0.3, final_div: (div: number) => div * 1e4 },
  fastai2: { pct_start: 0.25, final_div: () => 1e5 },
  three_step: { pct_start: 0.45, final_div: (div: number) => div * 100 },
}

/**
 * The 1cycle policy: learning rate up and down once, momentum the other way round.
 *
 * In the fastai 1 forms and `three_step` the way up takes `floor(steps * pct_start)` batches, at least one, and the peak
 * is hit exactly on that batch; the end value is reached after the last batch. Form `fastai2` has no whole batches.
 * @throws RangeError for a rate or divisor that is not positive, a share outside [0, 1] or a momentum outside [0, 1).
 *
 * @example
 * const { lr, mom } = one_cycle({ lr_max: 5e-2 })
 * lr(0, 100)    // 0.002
 * lr(30, 100)   // 0.05, and mom(30, 100) is 0.85
 */
export function one_cycle(options: OneCycleOptions): LrAndMom {
  checkOptions<OneCycleOptions>('one_cycle', options, oneCycleKinds)
  const form = checkChoice('form', options.form ?? 'fastai1', oneCycleForms)
  const lr_max = checkNumber('lr_max', options.lr_max, { above: 0 })
  const div = checkNumber('div_factor', options.div_factor ?? 25, { above: 0 })
  const final_div = checkNumber('final_div', options.final_div ?? defaults[form].final_div(div), { above: 0 })
  const pct_start = checkNumber('pct_start', options.pct_start ?? defaults[form].pct_start, {
    min: 0,
    max: form === 'three_step' ? 0.5 : 1,
  })
  const start = lr_max / div
  const end = lr_max / final_div

  if (form === 'fastai2') {
    const [first, middle, last] = checkMoms('moms', options.moms ?? [0.95, 0.85, 0.95], 3) as [number, number, number]
    return { lr: combined_cos(pct_start, start, lr_max, end), mom: combined_cos(pct_start, first, middle, last) }
  }
  const [high, low] = checkMoms('moms', options.moms ?? [0.95, 0.85], 2) as [number, number]
  if (form === 'three_step') return { lr: threeSteps(pct_start, start, lr_max, end), mom: threeSteps(pct_start, high, low, high) }
  const up = form === 'fastai1' ? linear : cosine
  return { lr: twoPhases(pct_start, up, start, lr_max, end), mom: twoPhases(pct_start, up, high, low, high) }
}

/**
 * What the optimizer keeps after a fit in each form, for ParamScheduler's `keep`: fastai 1 computes one value beyond
 * the last batch, fastai 2 does not.
 */
export const oneCycleKeep: Record<OneCycleForm, 'last' | 'next'> = {
  fastai1: 'next',
  fastai1_cosine: 'next',
  fastai2: 'last',
  three_step: 'next',
}

function twoPhases(pct: number, up: typeof linear, start: number, peak: number, end: number): Schedule {
  return (step, steps) => {
    checkStep(step, steps)
    const rise = Math.floor(steps * pct)
    const turn = Math.max(1, rise)
    if (step <= turn) return up(start, peak, step / turn)
    return cosine(peak, end, Math.min(1, (step - turn) / Math.max(1, steps - rise)))
  }
}

function threeSteps(pct: number, start: number, peak: number, end: number): Schedule {
  return (step, steps) => {
    checkStep(step, steps)
    const turn = Math.max(1, Math.floor(steps * pct))
    if (step <= turn) return linear(start, peak, step / turn)
    if (step <= 2 * turn) return linear(peak, start, (step - turn) / turn)
    return linear(start, end, Math.min(1, (step - 2 * turn) / Math.max(1, steps - 2 * turn)))
  }
}

keepNames({ one_cycle })
