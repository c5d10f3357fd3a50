import type { Callback } from '../callback.js'
import { CancelFit } from '../cancel.js'
import { checkChoice, checkCount, checkKeys } from '../check.js'
import type { TrainingState } from '../training-state.js'
import { type Log, Monitor, type MonitorOptions, monitorKeys, trackerForms } from './monitor.js'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** `fastai2` (default) stops at the `patience`-th epoch in a row without improvement, `fastai1` at the one after. */
  form?: (typeof trackerForms)[number] | undefined
  /** Epochs to wait. Default 1; form `fastai1`: 0. */
  patience?: number | undefined
  log?: Log | undefined
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

  /** @throws RangeError when `patience` is not a whole number that the form knows; TypeError for an unknown option. */
  constructor(options: EarlyStoppingOptions = {}) {
    checkKeys('EarlyStopping', options, ['form', 'patience', 'log', ...monitorKeys])
    const { form = 'fastai2', patience, log = console.log, ...monitor } = options
    this.monitor = new Monitor(monitor)
    this.#limit =
      checkChoice('form', form, trackerForms) === 'fastai1'
        ? checkCount('patience, which counts epochs,', patience ?? 0, 0) + 1
        : checkCount('patience, which counts epochs,', patience ?? 1)
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
