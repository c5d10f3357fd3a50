import type { HyperParameters, TrainingState } from '../training-state.js'

/**
 * Notices what other callbacks set between batches though a schedule sets it for every batch, and says so once a fit. What they set
 * once a batch has begun is no business of a schedule.
 */
export class OthersValues {
  readonly #owner: string
  readonly #names: readonly string[]
  /** The values that the last batch was left with; undefined while a batch runs, and after one that was cut short. */
  #left: readonly (readonly number[])[] | undefined
  #said = false

  constructor(owner: string, names: readonly string[]) {
    this.#owner = owner
    this.#names = names
  }

  /** A fit begins, with its own values in force. */
  begin(opt: HyperParameters): void {
    this.#said = false
    this.remember(opt)
  }

  /** Forgets what was in force: other values have been put in its place since, and nobody is to be told. */
  forget(): void {
    this.#left = undefined
  }

  /** The values in force, at the end of a batch. */
  remember(opt: HyperParameters): void {
    if (!this.#said) this.#left = this.#names.map(name => opt.get(name))
  }

  /** At the beginning of a batch, before its own values are set. */
  notice(learn: TrainingState): void {
    if (!this.#left) return
    for (const [i, name] of this.#names.entries()) {
      const now = learn.opt.get(name)
      if (now.every((value, group) => value === this.#left![i]![group])) continue
      this.#said = true
      learn.log(
        `A callback set ${name} to ${now.join(', ')} between two batches, but ${this.#owner} sets ${name} for every batch: what was set ` +
          `does not last. Set it in before_batch with an order above 60, or train without a schedule of ${name}.`,
      )
      break
    }
    this.#left = undefined
  }
}
