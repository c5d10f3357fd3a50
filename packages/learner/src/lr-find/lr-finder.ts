import {
  type Callback,
  CancelFit,
  group_rates,
  lr_find_stop,
  lr_range,
  type Rates,
  type Schedule,
  type SuggestName,
  type TrainingState,
} from '@onecycle/callbacks'
import { suggestFunctions } from '@onecycle/callbacks/internal'
import { addAnswers, checkCount, checkOptions, type Kinds, kind, plainError, rangeError } from '@onecycle/platform'
import { type LrFindRecord, SmoothenValue } from '@onecycle/recorder'
import { numbers, type TrainOptions, trainKinds } from '../fit/options.js'
import { adviceOf } from './advice.js'
import { finderNames } from './foreign-names.js'
import { type LrFindForm, lrFindForms } from './forms.js'
import { type Search, suggestRates } from './suggestions.js'

export interface LrFindOptions<L extends TrainingState = never> extends Omit<TrainOptions<L>, 'start_epoch' | 'resume'> {
  /** Rate of the first batch, or one per layer group. Default 1e-7; form `fastai07`: 1e-5. */
  start_lr?: Rates | undefined
  /** Rate after the last batch, or one per layer group; no batch is trained with it. Default 10. */
  end_lr?: Rates | undefined
  /** Batches to train at most. Default 100; form `fastai07`: one epoch. */
  num_it?: number | undefined
  /** Whether to stop when the smoothed loss exceeds 4 times its best. Default true. */
  stop_div?: boolean | undefined
  /** Whether the rates rise in equal steps instead of by equal factors. Default false. */
  linear?: boolean | undefined
  /** Whose rule says when to stop and what is recorded: `fastai1` (default), `fastai2` or `fastai07`; see {@link lr_find_stop}. */
  form?: LrFindForm | undefined
  /** Which suggestion is the main one: `valley` (default, fastai 2's), `slide`, `minimum`, `steep` or `steepest_gradient`. All are computed. */
  suggestion?: SuggestName | undefined
  /**
   * Reads the validation loss after each batch in place of the batch's own loss: over all validation data, or over the first so
   * many batches of it. It takes as many validation passes as there are batches. Source: fastai 0.7's `lr_find2`. Default false.
   */
  valid?: boolean | number | undefined
}

const { start_epoch: _start_epoch, resume: _resume, ...searchKinds } = trainKinds
const rates = kind.either(numbers, kind.object)
const lrFindKinds: Kinds<LrFindOptions> = {
  ...{ start_lr: rates, end_lr: rates, num_it: kind.number, stop_div: kind.boolean, linear: kind.boolean },
  ...{ form: kind.choice(...Object.keys(lrFindForms)), suggestion: kind.choice(...Object.keys(suggestFunctions)) },
  ...{ valid: kind.either(kind.boolean, kind.number), ...searchKinds },
}

/** What `lr_find` found: the whole curve, all suggestions, and the main one as a number. */
export interface LrFindResult extends LrFindRecord {
  /** The learning rate that the main suggestion names; undefined where `reason` says why there is none. */
  readonly lr: number | undefined
}

/**
 * Raises the learning rate batch by batch and remembers the losses, until they explode. It listens after the backward
 * pass, so that the batch that ends the search is remembered too, even with a loss that is not a number.
 *
 * Source: fastai 1's `LRFinder`, after Smith 2017 (arXiv:1506.01186).
 *
 * @throws RangeError for rates that are not positive and rising, a `num_it` that is no count, or an unknown suggestion;
 * TypeError for an unknown option.
 */
export class LRFinder implements Callback {
  readonly name = 'LRFinder'
  readonly order = 60
  readonly run_valid = false
  readonly sets = ['lr']
  readonly num_it: number
  /** Epochs to run at most. */
  readonly epochs: number
  readonly #keepsLast: boolean
  readonly #range: { start_lr: number; end_lr: number }
  readonly #suggestion: SuggestName
  readonly #rates: readonly Schedule[]
  readonly #stop: (smooth: number) => boolean
  readonly #measure: (() => Promise<number>) | undefined
  readonly #smooth = new SmoothenValue()
  #tried: readonly number[] = []
  readonly #lrs: number[] = []
  readonly #losses: number[] = []
  readonly #smooth_losses: number[] = []
  #ended: Search['ended']

  /**
   * @param groups layer groups of the optimizer
   * @param batches training batches in an epoch
   * @param measuring what says the validation loss over so many batches
   */
  constructor(options: LrFindOptions = {}, groups = 1, batches = 100, measuring?: (batches: number) => () => Promise<number>) {
    checkOptions<LrFindOptions>('lr_find', options, lrFindKinds)
    const { form = 'fastai1', suggestion = 'valley', stop_div = true, linear = false, valid = false } = options
    const rules = lrFindForms[form]
    const { start_lr = rules.start_lr, end_lr = 10 } = options
    const num_it = checkCount('lr_find: num_it', options.num_it ?? rules.num_it(batches))
    const starts = ratesOf('start_lr', () => group_rates(start_lr, groups))
    const ends = ratesOf('end_lr', () => rules.ends(starts, end_lr))
    for (const [i, start] of starts.entries()) {
      if (start >= ends[i]!)
        throw rangeError('rates-must-rise', `lr_find got start_lr = ${start} and end_lr = ${ends[i]}: the rates must rise.`)
    }
    const shape = linear ? rules.line : 'exponential'
    this.#rates = starts.map((start, i) => lr_range({ start_lr: start, end_lr: ends[i]!, form: shape }))
    this.#stop = lr_find_stop({ form, num_it, stop_div })
    this.#keepsLast = rules.keepsLast
    this.#range = { start_lr: starts.at(-1)!, end_lr: ends.at(-1)! }
    this.#suggestion = suggestion
    if (valid !== false)
      this.#measure = measuring?.(valid === true ? Number.POSITIVE_INFINITY : checkCount('lr_find: valid', valid))
    this.num_it = Math.max(rules.least, num_it)
    this.epochs = rules.epochs(num_it, batches, options.num_it !== undefined)
  }

  before_batch(learn: TrainingState): void {
    this.#tried = this.#rates.map(rate => rate(this.#lrs.length, this.num_it))
    learn.opt.set('lr', this.#tried)
  }

  /** @throws Error when the batch was not trained at the rate of the search. */
  after_step({ opt }: TrainingState): void {
    const used = opt.get('lr')
    if (used.every((rate, group) => rate === this.#tried[group])) return
    throw plainError(
      'rate-set-by-callback',
      `lr_find set the learning rate ${this.#tried.at(-1)}, but a callback made it ${used.at(-1)}: let it do nothing while ` +
        "learn.lr_finding, or say that it sets the rate, sets: ['lr'], to be switched off meanwhile.",
    )
  }

  after_backward(learn: TrainingState): void {
    if (!this.#measure) this.#add(learn, learn.lossValue)
  }

  after_batch(learn: TrainingState): void | Promise<void> {
    return this.#measure?.().then(loss => this.#add(learn, loss))
  }

  after_fit(learn: TrainingState): void {
    if (learn.reason === 'interrupted') this.#ended = 'interrupted'
  }

  /** The search so far. */
  get result(): LrFindResult {
    const curve = { lrs: this.#lrs, losses: this.#losses, smooth_losses: this.#smooth_losses, num_it: this.num_it }
    const { suggestions, reason } = suggestRates({ ...curve, suggestion: this.#suggestion, ended: this.#ended })
    const advice = adviceOf(suggestions, this.#suggestion)
    const result = {
      lr: suggestions[this.#suggestion]?.lr,
      ...curve,
      suggestions,
      suggestion: this.#suggestion,
      ...this.#range,
      ...(advice !== undefined && { advice }),
      ...(reason !== undefined && { reason }),
      ...(this.#measure && { valid: true }),
    }
    addAnswers(result, 'The result of lr_find', finderNames)
    return result
  }

  #add(learn: TrainingState, loss: number): void {
    const smooth = this.#smooth.add(loss)
    const stops = this.#stop(smooth)
    if (!stops || this.#keepsLast) {
      this.#lrs.push(learn.opt.get('lr').at(-1)!)
      this.#losses.push(loss)
      this.#smooth_losses.push(smooth)
    }
    if (!stops) return
    if (this.#lrs.length < this.num_it) this.#ended = 'diverged'
    throw new CancelFit()
  }
}

function ratesOf(option: string, check: () => number[]): number[] {
  try {
    return check()
  } catch (error) {
    throw rangeError('learning-rate', `lr_find got an ${option} that is none. ${(error as Error).message}`, { cause: error })
  }
}
