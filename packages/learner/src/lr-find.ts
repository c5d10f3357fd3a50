import {
  type Callback,
  CancelFit,
  lr_find_stop,
  lr_range,
  type Schedule,
  type SuggestName,
  suggestFunctions,
  type TrainingState,
  trim_curve,
} from '@onecycle/callbacks'
import { type LrFindRecord, SmoothenValue } from '@onecycle/recorder'
import type { TrainOptions } from './fit.js'

export interface LrFindOptions extends TrainOptions {
  /** Rate of the first batch. Default 1e-7. */
  start_lr?: number
  /** Rate after the last batch; no batch is trained with it. Default 10. */
  end_lr?: number
  /** Batches to train at most. Default 100. */
  num_it?: number
  /** Whether to stop when the smoothed loss exceeds 4 times its best. Default true. */
  stop_div?: boolean
  /** Which suggestion is the main one: `valley` (default, fastai 2's), `slide`, `minimum`, `steep` or `steepest_gradient`. All are computed. */
  suggestion?: SuggestName
}

/** What `lr_find` found: the whole curve, all suggestions, and the main one as a number. */
export interface LrFindResult extends LrFindRecord {
  /** The learning rate that the main suggestion names; undefined when the curve was too short to say. */
  readonly lr: number | undefined
}

/** What {@link steepest_gradient} of fastai 1 leaves out of a curve at either end. */
const skipStart = 10
const skipEnd = 5

/**
 * Raises the learning rate batch by batch and remembers the losses, until they explode. It listens after the backward
 * pass, so that the batch that ends the search is remembered too, even with a loss that is not a number.
 *
 * Source: fastai 1's `LRFinder`, after Smith 2017 (arXiv:1506.01186).
 *
 * @throws RangeError for rates that are not positive and rising, a `num_it` that is no count, or an unknown suggestion.
 */
export class LRFinder implements Callback {
  readonly name = 'LRFinder'
  readonly order = 60
  readonly run_valid = false
  readonly num_it: number
  readonly #range: { start_lr: number; end_lr: number }
  readonly #suggestion: SuggestName
  readonly #rate: Schedule
  readonly #stop: (smooth: number) => boolean
  readonly #smooth = new SmoothenValue()
  readonly #lrs: number[] = []
  readonly #losses: number[] = []
  readonly #smooth_losses: number[] = []

  constructor(options: LrFindOptions = {}) {
    const { start_lr = 1e-7, end_lr = 10, num_it = 100, stop_div = true, suggestion = 'valley' } = options
    if (!Number.isInteger(num_it) || num_it < 1) {
      throw new RangeError(`lr_find got num_it = ${num_it}, but expects a positive whole number of batches.`)
    }
    if (!(suggestion in suggestFunctions)) {
      throw new RangeError(
        `lr_find got suggestion = ${JSON.stringify(suggestion)}, but expects one of ${Object.keys(suggestFunctions).join(', ')}.`,
      )
    }
    if (start_lr >= end_lr)
      throw new RangeError(`lr_find got start_lr = ${start_lr} and end_lr = ${end_lr}: the rates must rise.`)
    this.#rate = lr_range({ start_lr, end_lr })
    this.#stop = lr_find_stop({ num_it, stop_div })
    this.#range = { start_lr, end_lr }
    this.#suggestion = suggestion
    this.num_it = num_it
  }

  before_batch(learn: TrainingState): void {
    learn.opt.set('lr', this.#rate(this.#lrs.length, this.num_it))
  }

  after_backward(learn: TrainingState): void {
    const smooth = this.#smooth.add(learn.lossValue)
    this.#lrs.push(learn.opt.get('lr').at(-1)!)
    this.#losses.push(learn.lossValue)
    this.#smooth_losses.push(smooth)
    if (this.#stop(smooth)) throw new CancelFit()
  }

  /** The search so far. */
  get result(): LrFindResult {
    const suggestions = this.#suggestions()
    return {
      lr: suggestions[this.#suggestion]?.lr,
      lrs: this.#lrs,
      losses: this.#losses,
      smooth_losses: this.#smooth_losses,
      suggestions,
      suggestion: this.#suggestion,
      num_it: this.num_it,
      ...this.#range,
    }
  }

  #suggestions(): LrFindRecord['suggestions'] {
    const { steepest_gradient, ...fastai2 } = suggestFunctions
    const trimmed = trim_curve(this.#lrs, this.#smooth_losses, this.num_it)
    const found = Object.entries(fastai2).map(([name, suggest]) => {
      const point = suggest(trimmed.lrs, trimmed.losses)
      return [name, point && { lr: point.lr, loss: trimmed.losses[point.index]! }] as const
    })
    const lrs = this.#lrs.slice(skipStart, -skipEnd)
    const losses = this.#smooth_losses.slice(skipStart, -skipEnd)
    const steepest = steepest_gradient(lrs, losses)
    return {
      ...Object.fromEntries(found),
      steepest_gradient: steepest && { lr: steepest.lr, loss: losses[steepest.index]! },
    }
  }
}
