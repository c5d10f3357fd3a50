import type { Callback } from '@onecycle/callbacks'
import { checkNumber, checkOptions, kind } from '@onecycle/platform'
import type { Learner } from '../learner.js'
import { AveragedWeights, type AveragedWeightsState, validatedWeights } from './averaged-weights.js'
import { checkSaved } from './saved-tensors.js'

/** What `EMA` is given: how slowly the average follows, and whether it spans fewer steps at first. */
export interface EMAOptions {
  /** The share of the average that a step leaves: the closer to 1, the more steps it spans. Default 0.999, about the last 1,000. */
  decay?: number | undefined
  /**
   * Whether the average spans fewer steps at first, `(1 + steps) / (10 + steps)` in place of a larger decay, so that the weights of
   * the beginning are soon forgotten. Default true.
   */
  warmup?: boolean | undefined
}

/** What an {@link EMA} knows. */
export interface EMAState extends AveragedWeightsState {
  readonly steps: number
}

/**
 * An exponential moving average of the weights, which is as a rule better than the weights themselves, and steadier. It is what is
 * validated, what trackers and `SaveModel` see and keep after an epoch, and what the model has after the fit. Training goes on with its own
 * weights. A fit that fails, diverges or is interrupted leaves those that were trained.
 *
 * After each step `average = decay * average + (1 - decay) * weight`, running statistics of normalizations included.
 * Sources: TensorFlow's `ExponentialMovingAverage`, whose `num_updates` is the warm-up; Keras's `use_ema`.
 *
 * @throws RangeError when `decay` is not from 0 to below 1; TypeError for an unknown option. When the fit begins: TypeError with {@link SWA} beside it.
 * @example
 * await learn.fit_one_cycle(4, 1e-2, { callbacks: new EMA({ decay: 0.99 }) })
 */
export class EMA implements Callback<Learner> {
  static readonly name: string = 'EMA'
  readonly name = 'EMA'
  /** Before trackers, that may put other weights back. */
  readonly order = 40
  readonly sets = [validatedWeights]
  readonly #decay: number
  readonly #warmup: boolean
  readonly #weights = new AveragedWeights()
  #steps = 0
  #stepped = true
  #restored = false

  constructor(options: EMAOptions = {}) {
    checkOptions<EMAOptions>('EMA', options, { decay: kind.number, warmup: kind.boolean })
    const { decay = 0.999, warmup = true } = options
    this.#decay = checkNumber('decay', decay, { min: 0, below: 1 })
    this.#warmup = warmup
  }

  before_fit({ model }: Learner): void {
    this.#stepped = true
    if (this.#restored) return
    this.#steps = 0
    this.#weights.drop()
    this.#weights.take(model, 1)
  }

  before_epoch({ model }: Learner): void {
    this.#weights.putBack(model)
  }

  after_cancel_step(): void {
    this.#stepped = false
  }

  after_step({ model }: Learner): void {
    if (this.#stepped) {
      const decay = this.#warmup ? Math.min(this.#decay, (1 + this.#steps) / (10 + this.#steps)) : this.#decay
      this.#weights.take(model, 1 - decay)
      this.#steps++
    }
    this.#stepped = true
  }

  before_validate({ model }: Learner): void {
    this.#weights.putIn(model)
  }

  /** Where there was no validation. */
  after_epoch({ model }: Learner): void {
    this.#weights.putIn(model)
  }

  after_fit({ model, reason }: Learner): void {
    if (reason === 'completed' || reason === 'stopped') this.#weights.putIn(model)
    else this.#weights.putBack(model)
    this.#weights.drop()
    this.#restored = false
  }

  /** What it knows, for {@link restore} in another process: the averages, and beside them the weights that they stand for. */
  async state(): Promise<EMAState> {
    const steps = this.#steps
    return { steps, ...(await this.#weights.state()) }
  }

  /** Goes on from a state: the next fit does not begin anew. Throws TypeError, and changes nothing, for what is none. */
  restore(state: EMAState): void {
    checkSaved(this.name, state, ['steps'], ['averages', 'own'])
    this.#weights.restore(state)
    this.#steps = state.steps
    this.#restored = true
  }
}
