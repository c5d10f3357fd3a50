import { checkChoice, checkCount, checkOptions, type Kinds, kind } from '@onecycle/platform'
import type { TrainingState } from '../training-state.js'
import { type Log, Monitor, type MonitorOptions, type MonitorState, monitorKinds, trackerForms } from './monitor.js'

/** What a callback that waits is given: how many epochs without anything better, and whose way of counting. */
export interface PatienceOptions extends MonitorOptions {
  /** `fastai2` (default) acts at the `patience`-th epoch in a row without improvement, `fastai1` at the one after. */
  form?: (typeof trackerForms)[number] | undefined
  /** Epochs to wait. Default 1; form `fastai1`: 0. */
  patience?: number | undefined
  log?: Log | undefined
}

export const patienceKinds: Kinds<PatienceOptions> = {
  ...monitorKinds,
  form: kind.any,
  patience: kind.any,
  log: kind.function,
}

/** What a callback that waits knows. */
export interface PatienceState extends MonitorState {
  readonly wait: number
}

/** A monitor that counts the epochs since the last improvement, and knows when to wait no longer. */
export class Patience extends Monitor {
  static override readonly name: string = 'Patience'
  readonly form: (typeof trackerForms)[number]
  readonly log: Log
  /** Epochs in a row without improvement. */
  wait = 0
  readonly #limit: number

  /** @throws RangeError when `patience` is not a whole number that the form knows, or as {@link Monitor} does. */
  constructor(options: PatienceOptions = {}, owner?: string) {
    if (typeof owner !== 'string') checkOptions<PatienceOptions>('Patience', options, patienceKinds)
    const { form = 'fastai2', patience, log = console.log, ...monitor } = options
    super(monitor, owner)
    this.form = checkChoice('form', form, trackerForms)
    const name = 'patience, which counts epochs,'
    this.#limit = form === 'fastai1' ? checkCount(name, patience ?? 0, 0) + 1 : checkCount(name, patience ?? 1)
    this.log = log
  }

  override begin(learn: TrainingState): boolean {
    const anew = super.begin(learn)
    if (anew) this.wait = 0
    return anew
  }

  /** Counts this epoch, if it has the figure; says whether it is time to act. */
  async exhausted(learn: TrainingState): Promise<boolean> {
    const improves = this.improves(learn)
    if (improves === undefined) return false
    if (improves) await this.keep(learn)
    this.wait = improves ? 0 : this.wait + 1
    return this.wait >= this.#limit
  }

  /** Whether it can come to act within so many epochs of this fit, or has another use: a fit of one epoch is over anyhow. */
  worthwhile(learn: TrainingState, epochs: number): boolean {
    const first = this.known ? 0 : 1
    return this.restores || learn.n_epoch - learn.epoch === 1 || this.wait + epochs - first >= this.#limit
  }

  protected override check(state: PatienceState, fits = true): void {
    super.check(state, fits && Number.isSafeInteger(state?.wait) && state.wait >= 0)
  }

  override state(): PatienceState {
    return { ...super.state(), wait: this.wait }
  }

  override restore(state: PatienceState): void {
    super.restore(state)
    this.wait = state.wait
  }
}
