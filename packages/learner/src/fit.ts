import {
  type Callback,
  cycle_for,
  type FineTuneOptions,
  type Fit07Options,
  type FlatCosOptions,
  fit07,
  flat_cos,
  hasMomentum,
  type ModelStore,
  noMomentum,
  type OneCycleOptions,
  oneCycleKeep,
  ParamScheduler,
  type Rates,
  type SgdrOptions,
  sgdr,
  type TrainingState,
} from '@onecycle/callbacks'
import { checkOptions, type Kinds, kind, type OneOrMore, show } from '@onecycle/platform'
import { type SaveNames, savers } from './save-cycles.js'
import type { RunOptions } from './training-loop.js'

/** What every way to train takes: what {@link RunOptions} says, and callbacks of its own. `L` is what these hear: plans never call them. */
export interface TrainOptions<L extends TrainingState = never> extends RunOptions {
  /** Heard in this fit only: one, or a list. */
  callbacks?: OneOrMore<Callback<L>> | undefined
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

/** fastai 1's rate, where none is given. */
export const defaultRate = 3e-3

/** One number, or a list of them. */
export const numbers = kind.either(kind.number, kind.listOf(kind.number))

export const trainKinds: Kinds<TrainOptions> = {
  // Callbacks are looked at where they are added.
  callbacks: kind.any,
  wd: numbers,
  start_epoch: kind.number,
  signal: { expected: 'an AbortSignal, such as controller.signal', fits: value => value instanceof AbortSignal },
}
const fitKinds: Kinds<FitOptions> = {
  ...{
    cycle_len: kind.number,
    cycle_mult: kind.number,
    use_clr: kind.listOf(kind.number),
    use_clr_beta: kind.listOf(kind.number),
  },
  ...{ wds: numbers, best_save_name: kind.any, cycle_save_name: kind.any },
  ...trainKinds,
}
const oneCycleKinds: Kinds<OneCycleFitOptions> = {
  ...{ form: kind.string, moms: numbers, div_factor: kind.number, final_div: kind.number, pct_start: kind.number },
  ...{ tot_epochs: kind.number, ...trainKinds },
}
const flatCosKinds: Kinds<FlatCosFitOptions> = { div_final: kind.number, pct_start: kind.number, ...trainKinds }
const { start_epoch: _start_epoch, ...partKinds } = trainKinds
export const fineTuneKinds: Kinds<FineTuneFitOptions> = {
  ...{ freeze_epochs: kind.number, lr_mult: kind.number, pct_start: kind.number, div: kind.number },
  ...partKinds,
}
const sgdrKinds: Kinds<SgdrFitOptions> = { cycle_mult: kind.number, ...trainKinds }

/** Where the rate and the length of a fit go, by the names that people have for them. */
export function places(call: string): Record<string, string> {
  const rate = ['lr', 'lrs', 'lr_max', 'max_lr', 'base_lr', 'learning_rate', 'learningRate']
  const length = ['epochs', 'epoch', 'n_epoch', 'n_epochs', 'nb_epoch', 'cyc_len', 'n', 'n_cycle', 'n_cycles']
  return Object.fromEntries([...rate, ...length].map(name => [name, `it has a place of its own, ${call}`]))
}

/** A fit that knows its length and its schedule. */
export interface FitPlan {
  readonly epochs: number
  readonly callbacks: readonly Callback[]
  /** What the person should know of it. */
  readonly note?: string | undefined
}

/** What `fit` may be given in place of its positions: it cannot be misread. */
export type FitCall<L extends TrainingState = never> = FitOptions<L> & {
  /** Epochs; with `cycle_len`, cycles. */
  epochs: number
  /** One rate, or one per layer group. Default 3e-3. */
  lr?: Rates | undefined
}

/**
 * Tells `fit(lr, n)` from fastai 1's `fit(epochs, lr)` and from `fit({ epochs, lr })`. Whether the rate is one is not looked at here.
 *
 * @throws RangeError when no form fits, or both of the first two do; TypeError when options come beside an object of options.
 */
export function fitArguments<L extends TrainingState>(
  given: readonly unknown[],
): { n: number; lr: unknown; options: FitOptions<L> } {
  const [first, second, options = {}] = given as [unknown, unknown, FitOptions<L>?]
  if (isCall<L>(first) && !isCount(second)) {
    checkOptions<FitCall>('fit', first, { epochs: kind.any, lr: kind.any, ...fitKinds })
    if (given.length > 1)
      throw new TypeError('fit({ epochs, lr }) takes all options in the one object, but got a second argument.')
    const { epochs, lr, ...rest } = first
    checkEpochs(epochs, 'epochs')
    return { n: epochs, lr: 'lr' in first ? lr : defaultRate, options: rest as FitOptions<L> }
  }
  if (isCount(first) && isCount(second)) {
    const [one, other] = [reading(first, second), reading(second, first)]
    throw new RangeError(
      `fit(${first}, ${second}) does not say which is the number of epochs, as both are whole numbers. ` +
        `Write ${one === other ? one : `${one}, or ${other}`}.`,
    )
  }
  if (isCount(second)) return { n: second, lr: first, options }
  if (isCount(first)) return { n: first, lr: given.length > 1 ? second : defaultRate, options }
  throw new RangeError(
    `fit(${given.map(show).join(', ')}) is neither fit(lr, n), a positive learning rate and a positive whole number of epochs, ` +
      'nor fit(epochs, lr), the other way round. Examples: fit(1e-2, 3), fit(3, 1e-2), fit({ epochs: 3, lr: 1e-2 }).',
  )
}

const reading = (epochs: number, lr: number) =>
  `fit({ epochs: ${epochs}, lr: ${lr} }) for ${epochs} epoch${epochs === 1 ? '' : 's'} at a learning rate of ${lr}`

/** An object that is no rate: neither a list nor a slice. */
function isCall<L extends TrainingState>(value: unknown): value is FitCall<L> {
  return typeof value === 'object' && value !== null && !('length' in value || 'stop' in value)
}

/** A constant rate, or fastai 0.7's cycles. */
export function planFit(learn: TrainingState & ModelStore, n: number, lrs: readonly number[], options: FitOptions): FitPlan {
  checkOptions<FitOptions>('fit', options, fitKinds, places('fit(lr, n) or fit({ epochs, lr })'))
  const { wds: _wds, best_save_name, cycle_save_name, ...cycles } = schedulePart(options)
  const { epochs, lr, mom, cycle_ends } = fit07({ ...cycles, lrs, n_cycle: n }, learn.n_train_iter)
  if (mom && !hasMomentum(learn.opt)) {
    const name = cycles.use_clr ? 'use_clr' : 'use_clr_beta'
    const given = `${name} is ${show(cycles[name])}, of which the last two are momenta`
    throw noMomentum(given, `give ${name} its first two values alone`, learn.opt)
  }
  const save = savers(learn, { best_save_name, cycle_save_name }, cycle_ends)
  if (!options.cycle_len) return { epochs, callbacks: save }
  const scheduler = new ParamScheduler({ lr, mom: mom && lrs.map(() => mom) }, { keep: 'next', name: 'cycle_len' })
  return { epochs, callbacks: [scheduler, ...save] }
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

export function planFlatCos(epochs: number, rates: readonly number[], options: FlatCosFitOptions): FitPlan {
  checkOptions<FlatCosFitOptions>('fit_flat_cos', options, flatCosKinds, places('fit_flat_cos(n, lr)'))
  checkEpochs(epochs)
  const form = schedulePart(options)
  const lr = rates.map(lr => flat_cos({ ...form, lr }).lr)
  return { epochs, callbacks: [new ParamScheduler({ lr }, { name: 'fit_flat_cos' })] }
}

export function planSgdr(n_cycles: number, cycle_len: number, rates: readonly number[], options: SgdrFitOptions): FitPlan {
  checkOptions<SgdrFitOptions>('fit_sgdr', options, sgdrKinds, places('fit_sgdr(n_cycles, cycle_len, lr_max)'))
  const form = schedulePart(options)
  const plans = rates.map(lr_max => sgdr({ ...form, n_cycles, cycle_len, lr_max }))
  const lr = plans.map(({ lr }) => lr)
  return { epochs: plans[0]!.epochs, callbacks: [new ParamScheduler({ lr }, { name: 'fit_sgdr' })] }
}

/** The options without those that every way to train takes. */
export function schedulePart<T extends TrainOptions>(options: T) {
  const { callbacks: _callbacks, wd: _wd, start_epoch: _start_epoch, signal: _signal, ...schedule } = options
  return schedule
}

function checkEpochs(n: unknown, name = 'The number of epochs'): void {
  if (!isCount(n)) throw new RangeError(`${name} must be a positive whole number, but is ${show(n)}.`)
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}
