import { checkCount, checkKeys } from '@onecycle/platform'
import type { Callback } from '../callback.js'
import type { TrainingState } from '../training-state.js'
import { type Log, Monitor, type MonitorOptions, monitorKeys } from './monitor.js'

/** Where models go; the Learner's `save` and `load` fit. */
export interface ModelStore {
  save(name: string, options: { with_opt: boolean }): unknown
  load(name: string, options: { with_opt: boolean }): unknown
}

export interface SaveModelOptions extends MonitorOptions {
  /** The saved model's name. Default `model`. */
  fname?: string | undefined
  /** Saves `fname_0`, ... every so many epochs (`true`: every one) instead of at improvements. Default false. */
  every_epoch?: boolean | number | undefined
  /** Saves at the end of the fit, and does not reload the best. Default false. */
  at_end?: boolean | undefined
  /** Whether the best model is reloaded when the fit ends. Default true; fastai 0.7 does not. */
  reload?: boolean | undefined
  /** Whether the optimizer's state is saved and reloaded too. Default false. */
  with_opt?: boolean | undefined
  log?: Log | undefined
}

/**
 * Saves the model whenever the monitored figure improves, and reloads the best one after the fit; or saves every so many epochs.
 * Only what this fit saved is reloaded: a file of the same name from an earlier run is left alone.
 * Sources: fastai 2's and 1's `SaveModelCallback` (1: `every='improvement' | 'epoch'`, name `bestmodel`).
 *
 * @example
 * const best = new SaveModel(learn, { monitor: 'accuracy' })
 * await learn.fit_one_cycle(5, 1e-2, { callbacks: [best] })
 */
export class SaveModel implements Callback {
  readonly name = 'SaveModel'
  readonly order = 61
  readonly monitor: Monitor
  readonly #store: ModelStore
  readonly #fname: string
  readonly #every: number
  readonly #at_end: boolean
  readonly #with_opt: boolean
  readonly #reload: boolean
  readonly #log: Log
  #began = false
  #saved = false

  /** @throws RangeError when `every_epoch` is not a whole number of at least 1; TypeError for an unknown option. */
  constructor(store: ModelStore, options: SaveModelOptions = {}) {
    checkKeys('SaveModel', options, ['fname', 'every_epoch', 'at_end', 'with_opt', 'reload', 'log', ...monitorKeys])
    const {
      fname = 'model',
      every_epoch = false,
      at_end = false,
      with_opt = false,
      reload = true,
      log = console.log,
      ...monitor
    } = options
    this.monitor = new Monitor(monitor)
    this.#store = store
    this.#fname = fname
    this.#every = typeof every_epoch === 'boolean' ? Number(every_epoch) : checkCount('every_epoch', every_epoch)
    this.#at_end = at_end
    this.#with_opt = with_opt
    this.#reload = reload
    this.#log = log
  }

  before_fit(learn: TrainingState): void {
    this.#began = false
    if (learn.lr_finding) return
    this.#saved = false
    if (!this.#every) this.monitor.begin(learn)
    this.#began = true
  }

  async after_epoch(learn: TrainingState): Promise<void> {
    if (!this.#began) return
    if (this.#every) {
      if (learn.epoch % this.#every === 0) await this.#save(`${this.#fname}_${learn.epoch}`)
    } else if (this.monitor.improved(learn)) {
      this.#log(`Better model found at epoch ${learn.epoch} with ${this.monitor.monitor} value: ${this.monitor.best}.`)
      await this.#save(this.#fname)
      this.#saved = true
    }
  }

  async after_fit(): Promise<void> {
    if (!this.#began) return
    if (this.#at_end) await this.#save(this.#fname)
    else if (this.#saved && this.#reload) await this.#store.load(this.#fname, { with_opt: this.#with_opt })
  }

  async #save(name: string): Promise<void> {
    await this.#store.save(name, { with_opt: this.#with_opt })
  }
}
