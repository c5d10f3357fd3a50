import { checkKeys } from '@onecycle/platform'
import type { Callback } from '../callback.js'
import { CancelFit } from '../cancel.js'
import type { TrainingState } from '../training-state.js'
import { Patience, type PatienceOptions, patienceKeys } from './patience.js'

export type EarlyStoppingOptions = PatienceOptions

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
  readonly monitor: Patience

  /** @throws RangeError when `patience` is not a whole number that the form knows; TypeError for an unknown option. */
  constructor(options: EarlyStoppingOptions = {}) {
    checkKeys('EarlyStopping', options, patienceKeys)
    this.monitor = new Patience(options)
  }

  before_fit(learn: TrainingState): void {
    this.monitor.begin(learn)
  }

  after_epoch(learn: TrainingState): void {
    if (!this.monitor.exhausted(learn)) return
    this.monitor.log(`No improvement since epoch ${learn.epoch - this.monitor.wait}: early stopping`)
    throw new CancelFit()
  }
}
