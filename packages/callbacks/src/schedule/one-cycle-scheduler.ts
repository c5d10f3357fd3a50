import { checkKeys, show } from '@onecycle/platform'
import type { HyperParameters } from '../training-state.js'
import { checkGivenRate } from './check-given-rate.js'
import { group_rates, type Rates } from './discriminative.js'
import { hasMomentum, noMomentum } from './no-momentum.js'
import { type OneCycleOptions, one_cycle, oneCycleKeep } from './one-cycle.js'
import { ParamScheduler, type ParamSchedulerOptions } from './param-scheduler.js'
import type { PerGroup, Schedules } from './schedule.js'

/** The options of `one_cycle` but the rate. */
export type CycleShape = Omit<OneCycleOptions, 'lr_max'>

/**
 * One cycle that an optimizer can follow: of rate and momentum, or of the rate alone where the optimizer has no momentum, as with
 * PyTorch's `cycle_momentum=False`; then `note` says so.
 *
 * @param peaks the highest rate, of all layer groups or of each
 * @throws TypeError for `moms` that the optimizer has no use for; RangeError as `one_cycle`
 */
export function cycle_for(
  opt: HyperParameters,
  peaks: PerGroup<number>,
  shape: CycleShape,
): { schedules: Schedules; note?: string } {
  const cycleOf = (lr_max: number) => one_cycle({ ...shape, lr_max })
  const lr = typeof peaks === 'number' ? cycleOf(peaks).lr : peaks.map(lr_max => cycleOf(lr_max).lr)
  // One per group: the cycle decides the momentum, whatever it was.
  if (hasMomentum(opt)) return { schedules: { lr, mom: Array(opt.groups).fill(cycleOf(1).mom) } }
  if (shape.moms !== undefined) throw noMomentum(`moms is ${show(shape.moms)}`, 'leave moms out', opt)
  return { schedules: { lr }, note: 'the optimizer has no momentum, so the learning rate alone is cycled.' }
}

export interface OneCycleSchedulerOptions extends CycleShape, Omit<ParamSchedulerOptions, 'keep'> {
  /** The highest learning rate: one, a slice, or one per layer group. Default: the rates of the fit that it is handed to. */
  lr_max?: Rates | undefined
}

const keys = ['lr_max', 'form', 'moms', 'div_factor', 'final_div', 'pct_start', 'tot_epochs', 'steps', 'start', 'name']

/**
 * The 1cycle policy as a callback, over the whole fit that it is handed to; `fit_one_cycle` is the short way. Where the optimizer has no
 * momentum, the rate alone is cycled, and one line says so. Source: fastai 1's `OneCycleScheduler`.
 * @throws RangeError and TypeError as `one_cycle` and {@link ParamScheduler}.
 *
 * @example
 * await learn.fit(1e-2, 3, { callbacks: [new OneCycleScheduler({ lr_max: 1e-2, moms: [0.95, 0.85], div_factor: 25, pct_start: 0.3 })] })
 */
export class OneCycleScheduler extends ParamScheduler {
  readonly #lr_max: Rates | undefined
  readonly #shape: CycleShape

  constructor(options: OneCycleSchedulerOptions = {}) {
    checkKeys('OneCycleScheduler', options, keys)
    checkGivenRate('OneCycleScheduler', options, 'lr_max')
    const { lr_max, tot_epochs, steps, start, name = 'OneCycleScheduler', ...shape } = options
    const peak = typeof lr_max === 'number' ? lr_max : 1
    super(
      { ...one_cycle({ ...shape, lr_max: peak }) },
      { tot_epochs, steps, start, name, keep: oneCycleKeep[shape.form ?? 'fastai1'] },
    )
    this.#lr_max = lr_max
    this.#shape = shape
  }

  protected override schedulesFor(opt: HyperParameters, say: (line: string) => void): Schedules {
    const given = this.#lr_max ?? opt.get('lr')
    const { schedules, note } = cycle_for(opt, typeof given === 'number' ? given : group_rates(given, opt.groups), this.#shape)
    if (note) say(`${this.name}: ${note}`)
    return schedules
  }
}
