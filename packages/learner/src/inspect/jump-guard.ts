import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkNumber, checkOptions, kind, show, typeError } from '@onecycle/platform'
import type { Learner } from '../learner.js'
import { explainDivergence } from './explain-divergence.js'

/** What `JumpGuard` is given: how many times the usual loss is a jump, and the batches after which it begins to look. */
export interface JumpGuardOptions {
  /** How many times the loss before it a loss is a jump. Default 10. */
  factor?: number | undefined
  /** Batches before the first that may be one, of whose losses there is a mean then. Default 10. */
  after?: number | undefined
}

interface JumpGuardState {
  readonly mean: number
  readonly count: number
}

/** Share of the mean that the newest loss makes. */
const newest = 0.1

/**
 * Ends a fit whose loss jumps, before the step that would follow it, with a {@link DivergedError} that says where: the same that a
 * Learner throws by itself when a loss is NaN or infinite, a few batches earlier. Compared with is the mean of the last ten losses or so.
 *
 * @throws RangeError when factor is not above 1, or after is no whole number of at least 1; TypeError for an unknown option.
 * @example
 * await learn.fit(1e-2, 1, { callbacks: new JumpGuard({ factor: 20 }) })
 */
export class JumpGuard implements Callback<Learner> {
  static readonly name: string = 'JumpGuard'
  readonly name = 'JumpGuard'
  /** After those who mend a loss, or skip its step. */
  readonly order = 100
  readonly run_valid = false
  readonly #factor: number
  readonly #after: number
  #mean = 0
  #count = 0

  constructor(options: JumpGuardOptions = {}) {
    checkOptions<JumpGuardOptions>('JumpGuard', options, { factor: kind.any, after: kind.any })
    const { factor = 10, after = 10 } = options
    this.#factor = checkNumber('factor', factor, { above: 1 })
    this.#after = checkCount('after', after)
  }

  before_fit(): void {
    this.#mean = this.#count = 0
  }

  before_step(learn: Learner): void | Promise<void> {
    const { lossValue, lr_finding } = learn
    if (lr_finding || !Number.isFinite(lossValue)) return
    if (this.#count >= this.#after && lossValue > this.#factor * Math.abs(this.#mean)) {
      return explainDivergence(learn, this.#mean).then(error => {
        throw error
      })
    }
    this.#count++
    this.#mean += (lossValue - this.#mean) * Math.max(newest, 1 / this.#count)
  }

  /** What it knows, for {@link restore} in another process. */
  state(): JumpGuardState {
    return { mean: this.#mean, count: this.#count }
  }

  /** Goes on from a state within a fit. Throws TypeError for what is none. */
  restore(state: JumpGuardState): void {
    if (!Number.isFinite(state?.mean) || !Number.isFinite(state.count))
      throw typeError(
        'wrong-state',
        `JumpGuard was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
      )
    this.#mean = state.mean
    this.#count = state.count
  }
}
