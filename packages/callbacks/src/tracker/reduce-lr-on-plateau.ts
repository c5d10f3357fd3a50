import { checkNumber, checkOptions, kind } from '@onecycle/platform'
import type { Callback } from '../callback.js'
import type { TrainingState } from '../training-state.js'
import { Patience, type PatienceOptions, patienceKinds } from './patience.js'
import { Patient } from './patient.js'

/** What `ReduceLROnPlateau` is given: what it watches, its patience, and the factor and floor of the rate. */
export interface ReduceLROnPlateauOptions extends PatienceOptions {
  /**
   * `fastai2` (default) divides by `factor`, not below `min_lr`, at the `patience`-th epoch in a row without improvement; a rate that
   * is below already stays. `fastai1` multiplies by `factor` at the epoch after, as long as the rate is above `min_lr`, which may take it below.
   */
  form?: PatienceOptions['form']
  /** Default 10; form `fastai1`: 0.2. */
  factor?: number | undefined
  /** Default 0; form `fastai1`: 1e-3. */
  min_lr?: number | undefined
}

/**
 * Lowers every layer group's learning rate when the monitored figure no longer improves.
 * Sources: fastai 2's and 1's `ReduceLROnPlateau`; fastai 1 gave all groups the last one's rate, here each keeps its own.
 * @throws RangeError when `factor` would not lower the rate, or another option is out of its range; TypeError for an unknown option.
 *
 * @example
 * await learn.fit(0.01, 50, { callbacks: [new ReduceLROnPlateau({ patience: 2, factor: 2 })] })
 */
export class ReduceLROnPlateau extends Patient implements Callback {
  static override readonly name: string = 'ReduceLROnPlateau'
  readonly name = 'ReduceLROnPlateau'
  readonly order = 62
  readonly sets = ['lr']
  readonly #min_lr: number
  readonly #lower: (lrs: readonly number[]) => number[] | undefined

  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptions<ReduceLROnPlateauOptions>('ReduceLROnPlateau', options, { ...patienceKinds, factor: kind.any, min_lr: kind.any })
    const { factor, min_lr, ...patience } = options
    super(new Patience(patience, 'ReduceLROnPlateau'))
    const old = this.monitor.form === 'fastai1'
    this.#min_lr = checkNumber('min_lr', min_lr ?? (old ? 1e-3 : 0), { min: 0 })
    this.#lower = old ? multiply(factor ?? 0.2, this.#min_lr) : divide(factor ?? 10, this.#min_lr)
  }

  before_fit(learn: TrainingState): void {
    if (learn.lr_finding) return
    this.monitor.begin(learn)
    const lrs = learn.opt.get('lr')
    if (lrs.every(lr => lr <= this.#min_lr))
      learn.log(`ReduceLROnPlateau cannot lower the learning rate ${lrs.at(-1)}: min_lr is ${this.#min_lr}.`)
    else if (!this.monitor.worthwhile(learn, learn.n_epoch - learn.epoch))
      learn.log(`ReduceLROnPlateau cannot lower the rate in this fit: its epochs are too few for its patience.`)
  }

  async after_epoch(learn: TrainingState): Promise<void> {
    if (learn.lr_finding || !(await this.monitor.exhausted(learn))) return
    const old = learn.opt.get('lr')
    const lowered = this.#lower(old)
    if (!lowered) return
    this.monitor.wait = 0
    learn.opt.set('lr', lowered)
    if (lowered.at(-1)! < old.at(-1)! && !learn.rank) this.monitor.log(`Epoch ${learn.epoch}: reducing lr to ${lowered.at(-1)}`)
  }
}

function divide(factor: number, min_lr: number): (lrs: readonly number[]) => number[] {
  checkNumber('factor, which divides the rate,', factor, { above: 1 })
  return lrs => lrs.map(lr => Math.min(lr, Math.max(lr / factor, min_lr)))
}

/** fastai 1 goes on waiting, and tries again after the next epoch, while the rate is too low already. */
function multiply(factor: number, min_lr: number): (lrs: readonly number[]) => number[] | undefined {
  checkNumber('factor, which form fastai1 multiplies the rate by,', factor, { above: 0, below: 1 })
  return lrs => (lrs.at(-1)! > min_lr ? lrs.map(lr => lr * factor) : undefined)
}
