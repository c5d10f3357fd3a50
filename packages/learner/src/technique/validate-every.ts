import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind, show, typeError } from '@onecycle/platform'
import type { Learner } from '../learner.js'
import { validatedWeights } from './averaged-weights.js'

/** What `ValidateEvery` is given: training batches between two validations, and where it says what they found. */
export interface ValidateEveryOptions {
  /** Training batches between two validations. */
  batches: number
  /** Told a line each time. Default console.log; false says nothing. */
  log?: ((line: string) => void) | false | undefined
}

/** One validation: after how many training batches of the fit, and its loss and metrics by name. */
export interface ValidationFigures {
  readonly train_iter: number
  readonly [figure: string]: number
}

/**
 * Validates within epochs, where one takes hours: every so many training batches, those of earlier epochs counted. Training goes on as if
 * it had not been. With {@link EMA} or {@link SWA} it is the averaged weights that are measured, as at the end of the epoch. What is
 * measured is in {@link figures}; the epoch's own validation stays, and trackers go by that one.
 *
 * @throws RangeError when batches is not a whole number of at least 1; TypeError for an unknown option. When the fit begins: TypeError
 * without validation data.
 * @example
 * const often = new ValidateEvery({ batches: 500 })
 * await learn.fit(1e-3, 1, { callbacks: often })
 * often.figures   // [{ train_iter: 500, valid_loss: 0.31, accuracy: 0.88 }, ...]
 */
export class ValidateEvery implements Callback<Learner> {
  static readonly name: string = 'ValidateEvery'
  readonly name = 'ValidateEvery'
  /** After those who record the batch. */
  readonly order = 61
  readonly run_valid = false
  readonly #batches: number
  readonly #log: (line: string) => void
  #figures: ValidationFigures[] = []
  #restored = false

  constructor(options: ValidateEveryOptions) {
    checkOptions<ValidateEveryOptions>('ValidateEvery', options, {
      batches: kind.any,
      log: kind.either(kind.function, kind.choice(false)),
    })
    const { batches, log = console.log } = options
    this.#batches = checkCount('batches', batches)
    this.#log = log || (() => {})
  }

  /** What was measured in the current or last fit. */
  get figures(): readonly ValidationFigures[] {
    return this.#figures
  }

  before_fit(learn: Learner): void {
    if (learn.lr_finding) return
    if (!learn.validates) throw typeError('no-validation', 'ValidateEvery measures validation data, and the data has none.')
    if (!this.#restored) this.#figures = []
    this.#restored = false
  }

  async after_batch(learn: Learner): Promise<void> {
    const { train_iter } = learn
    if (learn.lr_finding || train_iter % this.#batches !== 0) return
    const figures = await this.#measure(learn)
    this.#figures = [...this.#figures, { train_iter, ...figures }]
    const words = Object.entries(figures).map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    if (!learn.rank) this.#log(`After batch ${train_iter}: ${words.join(', ')}.`)
  }

  /** With the weights that are validated at the end of the epoch, too. */
  async #measure(learn: Learner): Promise<Record<string, number>> {
    const averaging = learn.bus.callbacks.find(({ run, sets }) => run !== false && sets?.includes(validatedWeights))
    await averaging?.before_validate?.(learn)
    try {
      return await learn.validate()
    } finally {
      await averaging?.before_epoch?.(learn)
    }
  }

  /** What it knows, for {@link restore} in another process. */
  state(): { readonly figures: readonly ValidationFigures[] } {
    return { figures: this.#figures }
  }

  /** Goes on from a state: the next fit does not begin anew. Throws TypeError for what is none. */
  restore(state: { readonly figures: readonly ValidationFigures[] }): void {
    if (!kind.object.fits(state) || !kind.listOf(kind.object).fits(state.figures))
      throw typeError(
        'wrong-state',
        `${this.name} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
      )
    this.#figures = [...state.figures]
    this.#restored = true
  }
}
