import { checkChoice, checkNumber } from '@onecycle/platform'
import type { TrainingState } from '../training-state.js'

export interface MonitorOptions {
  /** What is watched: `valid_loss` (default), `train_loss`, or the name of a metric. */
  monitor?: string | undefined
  /** Whether less or greater is better. Default `less` when the name contains loss or error, else `greater`. */
  comp?: 'less' | 'greater' | undefined
  /** An improvement is a change by more than this. Default 0. */
  min_delta?: number | undefined
  /** Whether a new fit forgets the best value of the last one. Default true. */
  reset_on_fit?: boolean | undefined
}

/** Names of the {@link MonitorOptions}. */
export const monitorKeys = ['monitor', 'comp', 'min_delta', 'reset_on_fit']

/** Whose rule a tracker follows. */
export const trackerForms = ['fastai2', 'fastai1'] as const

/** Where a tracker says what it did; `console.log` by default. */
export type Log = (message: string) => void

/**
 * Watches one figure of the epochs and knows its best value. An epoch that lacks the figure (its validation was skipped)
 * counts neither way, and the mock training of `lr_find` not at all. Source: fastai 2's `TrackerCallback`.
 */
export class Monitor {
  readonly monitor: string
  /** The best value so far; infinitely bad before the first. */
  best: number
  readonly #sign: 1 | -1
  readonly #min_delta: number
  readonly #reset: boolean

  /** @throws RangeError when `min_delta` is negative or not a number, or `comp` is neither `less` nor `greater`. */
  constructor({ monitor = 'valid_loss', comp, min_delta = 0, reset_on_fit = true }: MonitorOptions) {
    const better = comp ?? (/loss|error/.test(monitor) ? 'less' : 'greater')
    this.monitor = monitor
    this.#sign = checkChoice('comp', better, ['less', 'greater']) === 'less' ? -1 : 1
    this.#min_delta = checkNumber('min_delta', min_delta, { min: 0 })
    this.#reset = reset_on_fit
    this.best = this.#worst
  }

  /** @throws Error when no figure of that name will be there. */
  begin(learn: TrainingState): void {
    if (learn.lr_finding) return
    const known = ['train_loss', 'valid_loss', ...learn.metricNames]
    if (!known.includes(this.monitor))
      throw new Error(
        `There is no ${this.monitor} to monitor. This fit has ${known.join(', ')}; metrics are given to the Learner.`,
      )
    if (this.#reset) this.best = this.#worst
  }

  /** Takes this epoch's value; says whether it is the best so far, or undefined when there is none. */
  improved(learn: TrainingState): boolean | undefined {
    if (learn.lr_finding) return undefined
    const value = learn.values[this.monitor]
    if (value === undefined) return undefined
    const improved = this.#sign * value - this.#min_delta > this.#sign * this.best
    if (improved) this.best = value
    return improved
  }

  get #worst(): number {
    return this.#sign * Number.NEGATIVE_INFINITY
  }
}
