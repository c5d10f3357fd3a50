import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind } from '@onecycle/platform'
import type { Learner } from '../learner.js'
import { AveragedWeights, type AveragedWeightsState, validatedWeights } from './averaged-weights.js'
import { recomputeBatchNorm } from './recompute-batch-norm.js'
import { checkSaved } from './saved-tensors.js'

/** What `SWA` is given: the epoch that its average begins with. */
export interface SWAOptions {
  /** The first epoch of the fit that counts, from 1. Default 1. */
  swa_start?: number | undefined
}

/** What a {@link SWA} knows. */
export interface SWAState extends AveragedWeightsState {
  /** Epochs in the average. */
  readonly epochs: number
}

/**
 * Stochastic weight averaging: the mean of the weights at the ends of epochs, which lies in the middle of where a high or cyclical rate
 * leads them. From `swa_start` on it is what is validated, what trackers and `SaveModel` see and keep after an epoch, and what the model has after
 * the fit. Training goes on with its own weights. A fit that fails, diverges or is interrupted leaves those that were trained.
 *
 * Before the mean is used, running statistics of batch norms that train are computed for it, in one pass over the training data: those of
 * an average are not the average of theirs.
 *
 * Sources: fastai 0.7's `SWA`; Izmailov et al. 2018 (arXiv:1803.05407). The arithmetic alone, without a Learner: `WeightAverage`.
 *
 * @throws RangeError when swa_start is not a whole number of at least 1; TypeError for an unknown option. When the fit begins: TypeError with
 * {@link EMA} beside it.
 * @example
 * await learn.fit(1e-2, 10, { callbacks: new SWA({ swa_start: 6 }) })
 */
export class SWA implements Callback<Learner> {
  static readonly name: string = 'SWA'
  readonly name = 'SWA'
  /** Before trackers, that may put other weights back. */
  readonly order = 40
  readonly sets = [validatedWeights]
  readonly #start: number
  readonly #weights = new AveragedWeights()
  #epochs = 0
  #restored = false

  constructor(options: SWAOptions = {}) {
    checkOptions<SWAOptions>('SWA', options, { swa_start: kind.any })
    const { swa_start = 1 } = options
    this.#start = checkCount('swa_start', swa_start)
  }

  before_fit(): void {
    if (this.#restored) return
    this.#epochs = 0
    this.#weights.drop()
  }

  before_epoch({ model }: Learner): void {
    this.#weights.putBack(model)
  }

  after_train({ model, epoch }: Learner): void {
    if (epoch + 1 >= this.#start) this.#weights.take(model, 1 / ++this.#epochs)
  }

  async before_validate(learn: Learner): Promise<void> {
    await this.#putIn(learn)
  }

  /** Where there was no validation. */
  async after_epoch(learn: Learner): Promise<void> {
    await this.#putIn(learn)
  }

  async after_fit(learn: Learner): Promise<void> {
    const { model, reason, n_epoch } = learn
    try {
      if (reason === 'completed' || reason === 'stopped') {
        await this.#putIn(learn)
        if (this.#epochs === 0) learn.log(`SWA averaged nothing: swa_start is ${this.#start}, and the fit had ${n_epoch} epochs.`)
      } else this.#weights.putBack(model)
    } finally {
      this.#weights.drop()
      this.#restored = false
    }
  }

  /** What it knows, for {@link restore} in another process: the averages, and beside them the weights that they stand for. */
  async state(): Promise<SWAState> {
    const epochs = this.#epochs
    return { epochs, ...(await this.#weights.state()) }
  }

  /** Goes on from a state: the next fit does not begin anew. Throws TypeError, and changes nothing, for what is none. */
  restore(state: SWAState): void {
    checkSaved(this.name, state, ['epochs'], ['averages', 'own'])
    this.#weights.restore(state)
    this.#epochs = state.epochs
    this.#restored = true
  }

  async #putIn(learn: Learner): Promise<void> {
    if (!this.#weights.begun || this.#weights.inPlace) return
    this.#weights.putIn(learn.model)
    await recomputeBatchNorm(learn)
  }
}
