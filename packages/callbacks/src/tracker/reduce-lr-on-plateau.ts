import type { Callback } from '../callback.js'
import type { TrainingState } from '../training-state.js'
import { checkPatience, type Log, Monitor, type MonitorOptions } from './monitor.js'

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /**
   * `fastai2` (default) divides by `factor`, not below `min_lr`, at the `patience`-th epoch in a row without improvement;
   * `fastai1` multiplies by `factor` at the epoch after, as long as the rate is above `min_lr`, which may take it below.
   */
  form?: 'fastai1' | 'fastai2'
  /** Epochs to wait. Default 1; form `fastai1`: 0. */
  patience?: number
  /** Default 10; form `fastai1`: 0.2. */
  factor?: number
  /** Default 0; form `fastai1`: 1e-3. */
  min_lr?: number
  log?: Log
}

/**
 * Lowers every layer group's learning rate when the monitored figure no longer improves.
 * Sources: fastai 2's and 1's `ReduceLROnPlateau`; fastai 1 gave all groups the last one's rate, here each keeps its own.
 * @throws RangeError when `factor` would not lower the rate.
 *
 * @example
 * await learn.fit(0.01, 50, { callbacks: [new ReduceLROnPlateau({ patience: 2, factor: 2 })] })
 */
export class ReduceLROnPlateau implements Callback {
  readonly name = 'ReduceLROnPlateau'
  readonly order = 62
  readonly monitor: Monitor
  readonly #limit: number
  readonly #lower: (lrs: readonly number[]) => number[] | undefined
  readonly #log: Log
  #wait = 0

  constructor({ form = 'fastai2', patience, factor, min_lr, log = console.log, ...options }: ReduceLROnPlateauOptions = {}) {
    this.monitor = new Monitor(options)
    this.#log = log
    if (form === 'fastai1') {
      this.#limit = checkPatience(patience ?? 0, 0) + 1
      this.#lower = multiply(factor ?? 0.2, checkMin(min_lr ?? 1e-3))
    } else {
      this.#limit = checkPatience(patience ?? 1, 1)
      this.#lower = divide(factor ?? 10, checkMin(min_lr ?? 0))
    }
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
    const old = learn.opt.get('lr')
    const lowered = this.#lower(old)
    if (!lowered) return
    this.#wait = 0
    learn.opt.set('lr', lowered)
    if (lowered.at(-1)! < old.at(-1)!) this.#log(`Epoch ${learn.epoch}: reducing lr to ${lowered.at(-1)}`)
  }
}

function divide(factor: number, min_lr: number): (lrs: readonly number[]) => number[] {
  if (!(factor > 1 && factor < Number.POSITIVE_INFINITY))
    throw new RangeError(`ReduceLROnPlateau divides by factor, which must be above 1, but it is ${factor}.`)
  return lrs => lrs.map(lr => Math.max(lr / factor, min_lr))
}

/** fastai 1 goes on waiting, and tries again after the next epoch, while the rate is too low already. */
function multiply(factor: number, min_lr: number): (lrs: readonly number[]) => number[] | undefined {
  if (!(factor > 0 && factor < 1))
    throw new RangeError(
      `ReduceLROnPlateau of form fastai1 multiplies by factor, which must be between 0 and 1, but it is ${factor}.`,
    )
  return lrs => (lrs.at(-1)! > min_lr ? lrs.map(lr => lr * factor) : undefined)
}

function checkMin(min_lr: number): number {
  if (min_lr >= 0 && min_lr < Number.POSITIVE_INFINITY) return min_lr
  throw new RangeError(`min_lr must be a number of at least 0, but it is ${min_lr}.`)
}
