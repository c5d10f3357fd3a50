import { type Callback, CancelFit, lr_range, type Schedule, type TrainingState } from '@onecycle/callbacks'
import { type LrFindRecord, SmoothenValue } from '@onecycle/recorder'
import type { FitOptions } from './fit.js'

export interface LrFindOptions extends FitOptions {
  /** Rate of the first batch. Default 1e-7. */
  start_lr?: number
  /** Rate after the last batch; no batch is trained with it. Default 10. */
  end_lr?: number
  /** Batches to train at most. Default 100. */
  num_it?: number
  /** Whether to stop when the smoothed loss exceeds 4 times its best. Default true. */
  stop_div?: boolean
}

/**
 * Raises the learning rate batch by batch and remembers the losses, until they explode. It listens after the backward
 * pass, so that the batch that ends the search is remembered too, even with a loss that is not a number.
 *
 * Source: fastai 1's `LRFinder`, after Smith 2017 (arXiv:1506.01186).
 */
export class LRFinder implements Callback {
  readonly name = 'LRFinder'
  readonly order = 60
  readonly run_valid = false
  readonly start_lr: number
  readonly end_lr: number
  readonly num_it: number
  readonly #stopWhenDiverging: boolean
  readonly #rate: Schedule
  readonly #smooth = new SmoothenValue()
  readonly #lrs: number[] = []
  readonly #losses: number[] = []
  readonly #smooth_losses: number[] = []

  constructor({ start_lr = 1e-7, end_lr = 10, num_it = 100, stop_div = true }: LrFindOptions = {}) {
    if (!Number.isInteger(num_it) || num_it < 1)
      throw new RangeError(`lr_find got num_it = ${num_it}, but expects a positive whole number.`)
    if (!(end_lr > start_lr))
      throw new RangeError(`lr_find got end_lr = ${end_lr}, but expects more than start_lr = ${start_lr}.`)
    this.#rate = lr_range({ start_lr, end_lr })
    this.start_lr = start_lr
    this.end_lr = end_lr
    this.num_it = num_it
    this.#stopWhenDiverging = stop_div
  }

  before_batch(learn: TrainingState): void {
    learn.opt.set('lr', this.#rate(this.#lrs.length, this.num_it))
  }

  after_backward(learn: TrainingState): void {
    const smooth = this.#smooth.add(learn.lossValue)
    this.#lrs.push(learn.opt.get('lr').at(-1)!)
    this.#losses.push(learn.lossValue)
    this.#smooth_losses.push(smooth)
    const best = Math.min(...this.#smooth_losses.filter(Number.isFinite))
    const diverges = !Number.isFinite(smooth) || smooth > 4 * best
    if (this.#lrs.length >= this.num_it || (this.#stopWhenDiverging && diverges)) throw new CancelFit()
  }

  record(): LrFindRecord {
    const { start_lr, end_lr, num_it } = this
    return {
      lrs: this.#lrs,
      losses: this.#losses,
      smooth_losses: this.#smooth_losses,
      suggestions: {},
      suggestion: 'valley',
      start_lr,
      end_lr,
      num_it,
    }
  }
}
