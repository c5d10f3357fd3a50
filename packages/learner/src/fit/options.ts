import type {
  Callback,
  FineTuneOptions,
  Fit07Options,
  FlatCosOptions,
  OneCycleOptions,
  Rates,
  SgdrOptions,
  TrainingState,
} from '@onecycle/callbacks'
import { type Kinds, kind, type OneOrMore } from '@onecycle/platform'
import type { RunOptions } from '../loop.js'
import type { SaveNames } from './save-cycles.js'

/** Where a fit goes on from: a folder of checkpoints, and whether another backend may. */
export interface ResumeOptions {
  /** The folder. */
  dir: string
  /** Whether a fit goes on that another backend, or another build of its kernels, began: what follows differs in its last digits. Default false. */
  anyBackend?: boolean | undefined
}

/** What every way to train takes: what {@link RunOptions} says, and callbacks of its own. `L` is what these hear: plans never call them. */
export interface TrainOptions<L extends TrainingState = never> extends RunOptions {
  /** Heard in this fit only: one, or a list. */
  callbacks?: OneOrMore<Callback<L>> | undefined
  /**
   * A folder of checkpoints: the fit goes on where the newest good one is, or begins, and writes its own; one that is finished gives its
   * history at once. See {@link Checkpoint}.
   */
  resume?: string | ResumeOptions | undefined
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

/** What `fit` may be given in place of its positions: it cannot be misread. */
export type FitCall<L extends TrainingState = never> = FitOptions<L> & {
  /** Epochs; with `cycle_len`, cycles. */
  epochs: number
  /** One rate, or one per layer group. Default: the optimizer's, where that was given one, or else 3e-3. */
  lr?: Rates | undefined
}

/** One number, or a list of them. */
export const numbers = kind.either(kind.number, kind.listOf(kind.number))

export const trainKinds: Kinds<TrainOptions> = {
  // Callbacks are looked at where they are added.
  callbacks: kind.any,
  wd: numbers,
  start_epoch: kind.number,
  resume: kind.either(kind.string, kind.object),
  signal: { expected: 'an AbortSignal, such as controller.signal', fits: value => value instanceof AbortSignal },
}
export const oneCycleKinds: Kinds<OneCycleFitOptions> = {
  ...{ form: kind.string, moms: numbers, div_factor: kind.number, final_div: kind.number, pct_start: kind.number },
  ...{ tot_epochs: kind.number, ...trainKinds },
}

/** Where the rate and the length of a fit go, by the names that people have for them. */
export function places(call: string): Record<string, string> {
  const rate = ['lr', 'lrs', 'lr_max', 'max_lr', 'base_lr', 'learning_rate', 'learningRate']
  const length = ['epochs', 'epoch', 'n_epoch', 'n_epochs', 'nb_epoch', 'cyc_len', 'n', 'n_cycle', 'n_cycles']
  return Object.fromEntries([...rate, ...length].map(name => [name, `it has a place of its own, ${call}`]))
}

/** The options without those that every way to train takes. */
export function schedulePart<T extends TrainOptions>(options: T) {
  const { callbacks: _callbacks, wd: _wd, start_epoch: _start_epoch, resume: _resume, signal: _signal, ...schedule } = options
  return schedule
}
