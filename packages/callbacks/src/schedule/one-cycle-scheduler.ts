import { checkOptions, type Kinds, kind, show } from '@onecycle/platform'
import type { HyperParameters } from '../training-state.js'
import { checkGivenRate } from './check-given-rate.js'
import { group_rates, type Rates, sharesOf } from './discriminative.js'
import { hasMomentum, noMomentum } from './no-momentum.js'
import { type OneCycleOptions, one_cycle, oneCycleKeep, oneCycleKinds } from './one-cycle.js'
import { ParamScheduler, type ParamSchedulerOptions } from './param-scheduler.js'
import type { Schedules } from './schedule.js'

/** The options of `one_cycle` but the rate. */
export type CycleShape = Omit<OneCycleOptions, 'lr_max'>

/**
 * One cycle that an optimizer can follow: of rate and momentum, or of the rate alone where the optimizer has no momentum, as with
 * PyTorch's `cycle_momentum=False`; then `note` says so.
 *
 * @param peaks the highest rate of each layer group
 * @throws TypeError for `moms` that the optimizer has no use for; RangeError as `one_cycle`
 */
export function cycle_for(
  opt: HyperParameters,
  peaks: readonly number[],
  shape: CycleShape,
): { schedules: Schedules; note?: string } {
  const cycleOf = (lr_max: number) => one_cycle({ ...shape, lr_max })
  const lr = peaks.map(lr_max => cycleOf(lr_max).lr)
  // One per group: the cycle decides the momentum, whatever it was.
  if (hasMomentum(opt)) return { schedules: { lr, mom: Array(opt.groups).fill(cycleOf(1).mom) } }
  if (shape.moms !== undefined) throw noMomentum(`moms is ${show(shape.moms)}`, 'leave moms out', opt)
  return { schedules: { lr }, note: 'the optimizer has no momentum, so the learning rate alone is cycled.' }
}

/** What the callback `OneCycleScheduler` is given: the highest rate, the shape of the cycle, and how long it is. */
export interface OneCycleSchedulerOptions extends CycleShape, Omit<ParamSchedulerOptions, 'keep'> {
  /**
   * The highest learning rate: that of the last layer group, to which the others keep the proportions that the rates of the fit have; or a
   * slice, or a list with one per group. Default: the rates of the fit.
   */
  lr_max?: Rates | undefined
}

const kinds: Kinds<OneCycleSchedulerOptions> = {
  ...oneCycleKinds,
  lr_max: kind.either(kind.number, kind.listOf(kind.number), kind.object),
  ...{ tot_epochs: kind.any, steps: kind.any, start: kind.any, name: kind.any },
}

/**
 * The 1cycle policy as a callback, over the whole fit that it is handed to; `fit_one_cycle` is the short way. Where the optimizer has no
 * momentum, the rate alone is cycled, and one line says so. Source: fastai 1's `OneCycleScheduler`.
 * @throws RangeError and TypeError as `one_cycle` and {@link ParamScheduler}.
 *
 * @example
 * await learn.fit(1e-2, 3, { callbacks: [new OneCycleScheduler({ lr_max: 1e-2, moms: [0.95, 0.85], div_factor: 25, pct_start: 0.3 })] })
 */
export class OneCycleScheduler extends ParamScheduler {
  static override readonly name: string = 'OneCycleScheduler'
  readonly #lr_max: Rates | undefined
  readonly #shape: CycleShape

  constructor(options: OneCycleSchedulerOptions = {}) {
    checkOptions<OneCycleSchedulerOptions>('OneCycleScheduler', options, kinds)
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
    const { schedules, note } = cycle_for(opt, peaksOf(this.#lr_max, opt), this.#shape)
    if (note) say(`${this.name}: ${note}`)
    return schedules
  }
}

/** A single rate is the last group's: the others keep the proportions that the rates of the fit have. */
function peaksOf(lr_max: Rates | undefined, opt: HyperParameters): number[] {
  const rates = opt.get('lr')
  if (lr_max === undefined) return [...rates]
  if (typeof lr_max !== 'number') return group_rates(lr_max, opt.groups)
  return sharesOf(rates).map(share => lr_max * share)
}
