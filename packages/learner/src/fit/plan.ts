import { type Callback, ParamScheduler, type TrainingState } from '@onecycle/callbacks'
import { cycle_for, oneCycleKeep } from '@onecycle/callbacks/internal'
import { checkOptions } from '@onecycle/platform'
import { checkEpochs } from './check-epochs.js'
import { type OneCycleFitOptions, oneCycleKinds, places, schedulePart } from './options.js'

export { ratesOf } from './given-rate.js'

/** A fit that knows its length and its schedule. */
export interface FitPlan {
  readonly epochs: number
  readonly callbacks: readonly Callback[]
  /** What the person should know of it. */
  readonly note?: string | undefined
}

/** One cycle; see {@link cycle_for}. */
export function planOneCycle(
  learn: TrainingState,
  epochs: number,
  rates: readonly number[],
  options: OneCycleFitOptions,
  name = 'fit_one_cycle',
): FitPlan {
  checkOptions<OneCycleFitOptions>('fit_one_cycle', options, oneCycleKinds, places('fit_one_cycle(n, lr_max)'))
  checkEpochs(epochs)
  const { tot_epochs, ...shape } = schedulePart(options)
  if (tot_epochs !== undefined) checkEpochs(tot_epochs, 'tot_epochs')
  const { schedules, note } = cycle_for(learn.opt, rates, shape)
  const keep = oneCycleKeep[shape.form ?? 'fastai1']
  return { epochs, callbacks: [new ParamScheduler(schedules, { tot_epochs, keep, name })], note }
}
