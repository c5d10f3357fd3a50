import { checkChoice, checkCount } from '@onecycle/platform'
import type { TrainingState } from '../training-state.js'
import { type Log, Monitor, type MonitorOptions, monitorKeys, trackerForms } from './monitor.js'

export interface PatienceOptions extends MonitorOptions {
  /** `fastai2` (default) acts at the `patience`-th epoch in a row without improvement, `fastai1` at the one after. */
  form?: (typeof trackerForms)[number] | undefined
  /** Epochs to wait. Default 1; form `fastai1`: 0. */
  patience?: number | undefined
  log?: Log | undefined
}

/** Names of the {@link PatienceOptions}. */
export const patienceKeys = ['form', 'patience', 'log', ...monitorKeys]

/** A monitor that counts the epochs since the last improvement, and knows when to wait no longer. */
export class Patience extends Monitor {
  readonly form: (typeof trackerForms)[number]
  readonly log: Log
  /** Epochs in a row without improvement. */
  wait = 0
  readonly #limit: number

  /** @throws RangeError when `patience` is not a whole number that the form knows, or as {@link Monitor} does. */
  constructor({ form = 'fastai2', patience, log = console.log, ...monitor }: PatienceOptions) {
    super(monitor)
    this.form = checkChoice('form', form, trackerForms)
    const name = 'patience, which counts epochs,'
    this.#limit = form === 'fastai1' ? checkCount(name, patience ?? 0, 0) + 1 : checkCount(name, patience ?? 1)
    this.log = log
  }

  override begin(learn: TrainingState): void {
    super.begin(learn)
    this.wait = 0
  }

  /** Counts this epoch, if it has the figure; says whether it is time to act. */
  exhausted(learn: TrainingState): boolean {
    const improved = this.improved(learn)
    if (improved === undefined) return false
    this.wait = improved ? 0 : this.wait + 1
    return this.wait >= this.#limit
  }
}
