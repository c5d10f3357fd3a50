import { rangeError, show, typeError } from '@onecycle/platform'
import { checkState } from './check-state.js'

/** What a {@link SmoothenValue} knows. */
export interface SmoothenValueState {
  readonly mean: number
  readonly count: number
}

/**
 * An exponential mean without the pull of its start at zero: `mean = beta * mean + (1 - beta) * value`, read as
 * `mean / (1 - beta ** count)`, so that the first smoothed value is the first value.
 *
 * Source: fastai's `SmoothenValue` (all versions); Adam's bias correction (Kingma and Ba, 2015).
 *
 * @example
 * const smooth = new SmoothenValue()
 * smooth.add(2.3)   // 2.3
 * smooth.add(0.3)   // 1.29
 */
export class SmoothenValue {
  static readonly name: string = 'SmoothenValue'
  readonly beta: number
  #mean = 0
  #count = 0

  /** @param beta share of the past in each new mean, in [0, 1). Default 0.98. */
  constructor(beta = 0.98) {
    if (!(typeof beta === 'number' && beta >= 0 && beta < 1))
      throw rangeError('number-range', `beta is ${show(beta)}, and must be at least 0 and less than 1, such as 0.98.`)
    this.beta = beta
  }

  /** The smoothed value; NaN before the first {@link add}, and once a NaN or infinity has been added. */
  get value(): number {
    return this.#mean / (1 - this.beta ** this.#count)
  }

  state(): SmoothenValueState {
    return { mean: this.#mean, count: this.#count }
  }

  restore(state: SmoothenValueState): void {
    checkState('SmoothenValue', state, this.state())
    this.#mean = state.mean
    this.#count = state.count
  }

  /** Takes the next value in, and returns the smoothed one. */
  add(value: number): number {
    if (typeof value !== 'number') throw typeError('wrong-argument', `SmoothenValue adds numbers, but got ${show(value)}.`)
    this.#count++
    this.#mean = this.beta * this.#mean + (1 - this.beta) * value
    return this.value
  }
}
