import { checkOptions, kind } from '@onecycle/platform'
import { Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { type LossesOptions, lossesChart } from './chart/losses.js'
import type { LrFindOptions } from './chart/lr-find.js'
import { type ScheduleOptions, scheduleChart } from './chart/schedule.js'
import { skipKinds } from './chart/skips.js'
import type { History } from './history.js'

interface Searches {
  plot(options: LrFindOptions & ShowOptions): Plot
}

/**
 * What ran last, a fit or a search, by the names that fastai 0.7 gave to its `learn.sched`.
 *
 * @example
 * await learn.lr_find()
 * learn.sched.plot()        // loss against learning rate
 * await learn.fit(1e-2, 3, { cycle_len: 1, use_clr: [32, 5] })
 * learn.sched.plot_lr()     // learning rate of each batch
 */
export class Sched {
  static readonly name: string = 'Sched'
  readonly #ran: History
  readonly #recorder: Searches

  /**
   * @param ran what ran last; of a search its curve, as a history
   * @param recorder draws the last search
   */
  constructor(ran: History, recorder: Searches) {
    this.#ran = ran
    this.#recorder = recorder
  }

  /** Batches, counted from 1. */
  get iterations(): number[] {
    return this.#ran.losses.map((_, i) => i + 1)
  }

  /** Learning rate of each batch. */
  get lrs(): readonly number[] {
    return this.#ran.lrs
  }

  /** Momentum of each batch; empty when the optimizer has none. */
  get momentums(): readonly number[] {
    return this.#ran.moms
  }

  /** Smoothed training loss of each batch. */
  get losses(): readonly number[] {
    return this.#ran.smooth_losses
  }

  /** Validation loss of each epoch. */
  get val_losses(): readonly (number | null)[] {
    return this.#ran.val_losses
  }

  /** Loss against learning rate of the last `lr_find`. Throws when there was none. */
  plot(options: LrFindOptions & ShowOptions = {}): Plot {
    return this.#recorder.plot(options)
  }

  /** Learning rate of each batch, and the momentum beside it where it changes. Throws when nothing was recorded. */
  plot_lr(options: ScheduleOptions & ShowOptions = {}): Plot {
    checkOptions<ScheduleOptions & ShowOptions>('plot_lr', options, { showMoms: kind.boolean, ...showKinds })
    const { showMoms = new Set(this.#ran.moms).size > 1 } = options
    return new Plot(scheduleChart(this.#ran, { showMoms })).present(options)
  }

  /** Training loss of each batch, and validation loss of each epoch. Throws when nothing was recorded. */
  plot_loss(options: LossesOptions & ShowOptions = {}): Plot {
    checkOptions<LossesOptions & ShowOptions>('plot_loss', options, {
      ...skipKinds,
      smooth: kind.boolean,
      log: kind.boolean,
      ...showKinds,
    })
    return new Plot(lossesChart(this.#ran, options)).present(options)
  }
}
