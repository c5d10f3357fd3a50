import type { Callback } from '../callback.js'
import { CancelFit } from '../cancel.js'
import type { TrainingState } from '../training-state.js'
import { checkPatience, type Log, Monitor, type MonitorOptions } from './monitor.js'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** `fastai2` (default) stops at the `patience`-th epoch in a row without improvement, `fastai1` at the one after. */
  form?: 'fastai1' | 'fastai2'
  /** Epochs to wait. Default 1; form `fastai1`: 0. */
  patience?: number
  log?: Log
}

/**
 * Ends the fit when the monitored figure no longer improves; the fit's reason is then 'stopped'.
 * Sources: fastai 2's and 1's `EarlyStoppingCallback`.
 *
 * @example
 * await learn.fit(0.01, 50, { callbacks: [new EarlyStopping({ monitor: 'valid_loss', patience: 3 })] })
 */
export class EarlyStopping implements Callback {
  readonly name = 'EarlyStopping'
  readonly order = 63
  readonly monitor: Monitor
  readonly #limit: number
  readonly #log: Log
  #wait = 0

  constructor({ form = 'fastai2', patience, log = console.log, ...options }: EarlyStoppingOptions = {}) {
    this.monitor = new Monitor(options)
    this.#limit = form === 'fastai1' ? checkPatience(patience ?? 0, 0) + 1 : checkPatience(patience ?? 1, 1)
    this.#log = log
  }

  before_fit(learn: TrainingState): void {
    this.monitor.begin(learn)
    this.#wait = 0
  }

  after_epoch(learn: TrainingState): void {
    const improved = this.monitor.improved(learn)
    if (improved === undefined) return
    this.#wait = improved ? 0 : this.#wait + 1
    if (this.#wait < this.#limit) return
    this.#log(`No improvement since epoch ${learn.epoch - this.#wait}: early stopping`)
    throw new CancelFit()
  }
}
