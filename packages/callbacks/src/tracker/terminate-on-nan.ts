import { checkChoice, checkOptions, kind } from '@onecycle/platform'
import type { Callback } from '../callback.js'
import { CancelEpoch, CancelFit } from '../cancel.js'
import type { TrainingState } from '../training-state.js'
import { type Log, trackerForms } from './monitor.js'

/** What `TerminateOnNaN` is given: whose rule it is, and where it says that it ended a fit. */
export interface TerminateOnNaNOptions {
  /**
   * `fastai2` (default) ends the fit at once at a NaN or infinite loss; `fastai1` at a NaN only, and after the epoch's
   * end was told to the callbacks, without validation.
   */
  form?: (typeof trackerForms)[number] | undefined
  log?: Log | undefined
}

/**
 * Ends the fit quietly when the training loss is no longer a number, before the step that would spoil the weights; the fit's
 * reason is then 'diverged', and what is known of it is logged. Without it a Learner throws. Sources: fastai 2's and 1's `TerminateOnNaNCallback`.
 *
 * @example
 * await learn.fit_one_cycle(10, 1, { callbacks: [new TerminateOnNaN()] })
 */
export class TerminateOnNaN implements Callback {
  static readonly name: string = 'TerminateOnNaN'
  readonly name = 'TerminateOnNaN'
  readonly order = -9
  readonly run_valid = false
  readonly #form: (typeof trackerForms)[number]
  readonly #log: Log
  #stopping = false

  /** @throws RangeError for an unknown form, TypeError for an unknown option. */
  constructor(options: TerminateOnNaNOptions = {}) {
    checkOptions<TerminateOnNaNOptions>('TerminateOnNaN', options, { form: kind.any, log: kind.function })
    const { form = 'fastai2', log = console.log } = options
    this.#form = checkChoice('form', form, trackerForms)
    this.#log = log
  }

  before_fit(): void {
    this.#stopping = false
  }

  before_step(learn: TrainingState): void | Promise<void> {
    if (learn.lr_finding) return
    const loss = learn.lossValue
    if (this.#form === 'fastai1' ? !Number.isNaN(loss) : Number.isFinite(loss)) return
    if (!learn.rank) this.#log(`Epoch/Batch (${learn.epoch}/${learn.iter}): Invalid loss, terminating training.`)
    const why = learn.divergence?.()
    if (!why) this.#end()
    return why.then(({ message }) => {
      if (!learn.rank) this.#log(message)
      this.#end()
    })
  }

  #end(): never {
    if (this.#form === 'fastai2') throw new CancelFit('diverged')
    this.#stopping = true
    throw new CancelEpoch()
  }

  after_epoch(): void {
    if (this.#stopping) throw new CancelFit('diverged')
  }
}
