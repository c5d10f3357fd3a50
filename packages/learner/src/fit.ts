import {
  type Callback,
  type FineTuneOptions,
  type Fit07Options,
  type FlatCosOptions,
  fit07,
  flat_cos,
  type ModelStore,
  type OneCycleOptions,
  one_cycle,
  oneCycleKeep,
  ParamScheduler,
  type Rates,
  type SgdrOptions,
  sgdr,
  type TrainingState,
} from '@onecycle/callbacks'
import { checkKeys } from '@onecycle/platform'
import { type SaveNames, savers } from './save-cycles.js'
import type { RunOptions } from './training-loop.js'

/** What every way to train takes: what {@link RunOptions} says, and callbacks of its own. `L` is what these hear: plans never call them. */
export interface TrainOptions<L extends TrainingState = never> extends RunOptions {
  /** Heard in this fit only. */
  callbacks?: readonly Callback<L>[] | undefined
}

/** fastai 0.7's cycles: with `cycle_len`, `n` counts cycles instead of epochs. */
export type FitOptions<L extends TrainingState = never> = TrainOptions<L> &
  Omit<Fit07Options, 'lrs' | 'n_cycle'> &
  SaveNames & {
    /** fastai 0.7's name for `wd`. */
    wds?: number | readonly number[]
  }
/** The options of `one_cycle` but the rate. */
export type OneCycleFitOptions<L extends TrainingState = never> = TrainOptions<L> &
  Omit<OneCycleOptions, 'lr_max'> & {
    /** Epochs that the cycle spans, when this fit is one part of it. Default: the epochs of this fit. */
    tot_epochs?: number
  }
/** The options of `flat_cos` but the rate. */
export type FlatCosFitOptions<L extends TrainingState = never> = TrainOptions<L> & Omit<FlatCosOptions, 'lr'>
/** The options of `sgdr` but rate, cycles and their length. */
export type SgdrFitOptions<L extends TrainingState = never> = TrainOptions<L> &
  Omit<SgdrOptions, 'lr_max' | 'n_cycles' | 'cycle_len'>
/** The options of `fine_tune` but the epochs and the rate. */
export type FineTuneFitOptions<L extends TrainingState = never> = Omit<TrainOptions<L>, 'start_epoch'> &
  Omit<FineTuneOptions, 'epochs' | 'base_lr'>

/** Names of the {@link TrainOptions}. */
export const trainKeys = ['callbacks', 'wd', 'start_epoch', 'signal']
const cycleKeys = ['cycle_len', 'cycle_mult', 'use_clr', 'use_clr_beta', 'wds', 'best_save_name', 'cycle_save_name']
const oneCycleKeys = ['form', 'moms', 'div_factor', 'final_div', 'pct_start', 'tot_epochs']

/** A fit that knows its length and its schedule. */
export interface FitPlan {
  readonly epochs: number
  readonly callbacks: readonly Callback[]
}

const defaultRate = 3e-3

/**
 * Tells `fit(lr, n)` from fastai 1's `fit(epochs, lr)`.
 *
 * @throws RangeError when neither form fits.
 */
export function fitArguments(first: Rates, second: Rates | undefined): { n: number; lr: Rates } {
  if (isCount(second) && isRate(first)) return { n: second, lr: first }
  if (isCount(first) && (second === undefined || isRate(second))) return { n: first, lr: second ?? defaultRate }
  throw new RangeError(
    `fit(${show(first)}, ${show(second)}) is neither fit(lr, n), a positive learning rate and a positive whole number of epochs, ` +
      'nor fit(epochs, lr), the other way round. Examples: fit(1e-2, 3), fit(3, 1e-2).',
  )
}

/** A constant rate, or fastai 0.7's cycles. */
export function planFit(learn: TrainingState & ModelStore, lrs: readonly number[], n: number, options: FitOptions): FitPlan {
  checkKeys('fit', options, [...cycleKeys, ...trainKeys])
  const { wds: _wds, best_save_name, cycle_save_name, ...cycles } = schedulePart(options)
  const { epochs, lr, mom, cycle_ends } = fit07({ ...cycles, lrs, n_cycle: n }, learn.n_train_iter)
  const save = savers(learn, { best_save_name, cycle_save_name }, cycle_ends)
  if (!options.cycle_len) return { epochs, callbacks: save }
  const scheduled = plan(epochs, mom ? { lr, mom } : { lr }, options, learn.n_train_iter, 'next')
  return { epochs, callbacks: [...scheduled.callbacks, ...save] }
}

/** One cycle; `batches` are those of one epoch, here and below. */
export function planOneCycle(epochs: number, rates: readonly number[], options: OneCycleFitOptions, batches: number): FitPlan {
  checkKeys('fit_one_cycle', options, [...oneCycleKeys, ...trainKeys])
  checkEpochs(epochs)
  const { tot_epochs = epochs, ...form } = schedulePart(options)
  checkEpochs(tot_epochs, 'tot_epochs')
  const cycles = rates.map(lr_max => one_cycle({ ...form, lr_max }))
  const schedules = { lr: cycles.map(({ lr }) => lr), mom: cycles[0]!.mom }
  return { ...plan(tot_epochs, schedules, options, batches, oneCycleKeep[form.form ?? 'fastai1']), epochs }
}

export function planFlatCos(epochs: number, rates: readonly number[], options: FlatCosFitOptions, batches: number): FitPlan {
  checkKeys('fit_flat_cos', options, ['div_final', 'pct_start', ...trainKeys])
  checkEpochs(epochs)
  const form = schedulePart(options)
  return plan(epochs, { lr: rates.map(lr => flat_cos({ ...form, lr }).lr) }, options, batches, 'last')
}

export function planSgdr(
  n_cycles: number,
  cycle_len: number,
  rates: readonly number[],
  options: SgdrFitOptions,
  batches: number,
): FitPlan {
  checkKeys('fit_sgdr', options, ['cycle_mult', ...trainKeys])
  const form = schedulePart(options)
  const plans = rates.map(lr_max => sgdr({ ...form, n_cycles, cycle_len, lr_max }))
  return plan(plans[0]!.epochs, { lr: plans.map(({ lr }) => lr) }, options, batches, 'last')
}

/** The options without those that every way to train takes. */
export function schedulePart<T extends TrainOptions>(options: T) {
  const { callbacks: _callbacks, wd: _wd, start_epoch: _start_epoch, signal: _signal, ...schedule } = options
  return schedule
}

type Schedules = ConstructorParameters<typeof ParamScheduler>[0]

function plan(
  epochs: number,
  schedules: Schedules,
  { start_epoch = 0 }: TrainOptions,
  batches: number,
  keep: 'last' | 'next',
): FitPlan {
  const position = { steps: epochs * batches, start: start_epoch * batches }
  return { epochs, callbacks: [new ParamScheduler(schedules, { ...position, keep })] }
}

function checkEpochs(n: number, name = 'The number of epochs'): void {
  if (!isCount(n)) throw new RangeError(`${name} must be a positive whole number, but is ${show(n)}.`)
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

/** Lists and slices are checked where the number of groups is known. */
function isRate(value: Rates | undefined): value is Rates {
  return typeof value === 'number' ? value > 0 && Number.isFinite(value) : typeof value === 'object' && value !== null
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined')
}
