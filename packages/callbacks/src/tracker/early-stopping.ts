import { checkCount, checkOptions, kind } from '@onecycle/platform'
import type { Callback } from '../callback.js'
import { CancelFit } from '../cancel.js'
import type { TrainingState } from '../training-state.js'
import { Patience, type PatienceOptions, patienceKinds } from './patience.js'
import { Patient } from './patient.js'

/** What `EarlyStopping` is given: what it watches, its patience, and the epoch that it begins with. */
export interface EarlyStoppingOptions extends PatienceOptions {
  /** The first epoch that counts, from 0; those before it are neither better nor worse. Default 0. Source: Keras. */
  start_from_epoch?: number | undefined
}

/**
 * Ends the fit when the monitored figure no longer improves; the fit's reason is then 'stopped'. With `restore_best` the model
 * is left with the weights of its best epoch, for whatever reason the fit ended.
 * Sources: fastai 2's and 1's `EarlyStoppingCallback`, Keras's `EarlyStopping`.
 *
 * @example
 * await learn.fit(0.01, 50, { callbacks: [new EarlyStopping({ monitor: 'valid_loss', patience: 3, restore_best: true })] })
 */
export class EarlyStopping extends Patient implements Callback {
  static override readonly name: string = 'EarlyStopping'
  readonly name = 'EarlyStopping'
  readonly order = 63
  readonly #start: number

  /** @throws RangeError when `patience` is not a whole number that the form knows; TypeError for an unknown option. */
  constructor(options: EarlyStoppingOptions = {}) {
    checkOptions<EarlyStoppingOptions>('EarlyStopping', options, { ...patienceKinds, start_from_epoch: kind.any })
    const { start_from_epoch = 0, ...patience } = options
    const start = checkCount('start_from_epoch', start_from_epoch, 0)
    super(new Patience(patience, 'EarlyStopping'))
    this.#start = start
  }

  /** @throws Error when the figure will not be there, or nobody says which way it is better; also the other trackers'. */
  before_fit(learn: TrainingState): void {
    if (learn.lr_finding) return
    this.monitor.begin(learn)
    const counted = Math.max(0, learn.n_epoch - Math.max(learn.epoch, this.#start))
    if (!this.monitor.worthwhile(learn, counted))
      learn.log(`EarlyStopping cannot end this fit: ${counted} of its epochs count, too few for its patience.`)
  }

  async after_epoch(learn: TrainingState): Promise<void> {
    if (learn.lr_finding || learn.epoch < this.#start || !(await this.monitor.exhausted(learn))) return
    const { wait } = this.monitor
    const since = wait > learn.epoch ? `for ${wait} epochs` : `since epoch ${learn.epoch - wait}`
    if (!learn.rank) this.monitor.log(`No improvement ${since}: early stopping`)
    throw new CancelFit()
  }
}
