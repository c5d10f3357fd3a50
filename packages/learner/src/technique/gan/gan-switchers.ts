import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind, show, typeError } from '@onecycle/platform'
import type { Alternating } from './gan-trainer.js'

/** A number of steps, or a function of the steps that the other one has made in this fit. */
export type Steps = number | ((others: number) => number)

/** What `FixedGANSwitcher` is given: batches of the critic and of the generator in turn. */
export interface FixedGANSwitcherOptions {
  /** Steps of the critic before the generator's turn. Default 1. */
  n_crit?: Steps | undefined
  /** Steps of the generator before the critic's turn. Default 1. */
  n_gen?: Steps | undefined
}

/** Whose turn it is, and batches that it has had, as plain JSON. */
export interface FixedGANSwitcherState {
  /** Steps in this turn, and all of the fit. */
  readonly turn: number
  readonly crit: number
  readonly gen: number
}

/**
 * Has the critic of a GAN make `n_crit` steps, then the generator `n_gen`, and so on, over the ends of epochs too. Source: fastai's
 * `FixedGANSwitcher`.
 *
 * @throws RangeError when a number of steps is not a whole number of at least 1; TypeError for an unknown option.
 * @example
 * const thorough = new FixedGANSwitcher({ n_crit: generated => (generated < 25 ? 100 : 5) })
 */
export class FixedGANSwitcher implements Callback<Alternating> {
  static readonly name: string = 'FixedGANSwitcher'
  readonly name = 'FixedGANSwitcher'
  readonly run_valid = false
  readonly #n_crit: Steps
  readonly #n_gen: Steps
  #turn = 0
  #crit = 0
  #gen = 0

  constructor(options: FixedGANSwitcherOptions = {}) {
    checkOptions<FixedGANSwitcherOptions>('FixedGANSwitcher', options, { n_crit: kind.any, n_gen: kind.any })
    const { n_crit = 1, n_gen = 1 } = options
    for (const [name, n] of Object.entries({ n_crit, n_gen })) if (typeof n !== 'function') checkCount(name, n)
    this.#n_crit = n_crit
    this.#n_gen = n_gen
  }

  before_fit(): void {
    this.#turn = this.#crit = this.#gen = 0
  }

  after_batch({ gan_trainer }: Alternating): void {
    const { gen_mode } = gan_trainer
    if (gen_mode) this.#gen++
    else this.#crit++
    const target = gen_mode ? stepsOf('n_gen', this.#n_gen, this.#crit) : stepsOf('n_crit', this.#n_crit, this.#gen)
    if (++this.#turn < target) return
    this.#turn = 0
    gan_trainer.switch()
  }

  state(): FixedGANSwitcherState {
    return { turn: this.#turn, crit: this.#crit, gen: this.#gen }
  }

  /** Goes on from a state. Throws TypeError, and changes nothing, for what is none. */
  restore(state: FixedGANSwitcherState): void {
    const { turn, crit, gen } = state ?? {}
    if (![turn, crit, gen].every(Number.isSafeInteger))
      throw typeError(
        'wrong-state',
        `${this.name} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
      )
    this.#turn = turn
    this.#crit = crit
    this.#gen = gen
  }
}

const stepsOf = (name: string, n: Steps, others: number) => (typeof n === 'number' ? n : checkCount(name, n(others)))

/** What `AdaptiveGANSwitcher` is given: the losses below which a turn ends. */
export interface AdaptiveGANSwitcherOptions {
  /** The generator's turn ends once its loss is below this. Default: after each step. */
  gen_thresh?: number | undefined
  /** The critic's turn ends once its loss is below this. Default: after each step. */
  crit_thresh?: number | undefined
}

/**
 * Hands the turn of a GAN to the other one when the loss of the one that trains is below a threshold. Source: fastai's
 * `AdaptiveGANSwitcher`.
 *
 * @throws TypeError for an unknown option, or a threshold that is no number.
 * @example
 * const even = new AdaptiveGANSwitcher({ crit_thresh: 0.65 })
 */
export class AdaptiveGANSwitcher implements Callback<Alternating> {
  static readonly name: string = 'AdaptiveGANSwitcher'
  readonly name = 'AdaptiveGANSwitcher'
  readonly run_valid = false
  readonly #gen: number
  readonly #crit: number

  constructor(options: AdaptiveGANSwitcherOptions = {}) {
    checkOptions<AdaptiveGANSwitcherOptions>('AdaptiveGANSwitcher', options, {
      gen_thresh: kind.number,
      crit_thresh: kind.number,
    })
    const { gen_thresh = Number.POSITIVE_INFINITY, crit_thresh = Number.POSITIVE_INFINITY } = options
    this.#gen = gen_thresh
    this.#crit = crit_thresh
  }

  after_batch({ gan_trainer, lossValue }: Alternating): void {
    if (lossValue < (gan_trainer.gen_mode ? this.#gen : this.#crit)) gan_trainer.switch()
  }
}
