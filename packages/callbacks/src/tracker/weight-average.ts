import { checkCount, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'

/**
 * The running mean of a model's weights over the epochs, which stochastic weight averaging evaluates in place of the
 * last weights. Pure numbers: who trains, and who recomputes batch-norm statistics before evaluating, is the caller's affair; a Learner's
 * callback `SWA` does all of it.
 * Sources: fastai 0.7's `SWA`; Izmailov et al., arXiv:1803.05407.
 *
 * @example
 * const swa = new WeightAverage({ swa_start: 3 })
 * for (let epoch = 1; epoch <= 5; epoch++) swa.add(epoch, weights)
 * swa.average   // the mean of epochs 3, 4 and 5
 */
export class WeightAverage {
  static readonly name: string = 'WeightAverage'
  /** The mean so far; undefined before `swa_start`. */
  average: Float64Array | undefined
  readonly #start: number
  #count = 0

  /** @throws RangeError when `swa_start`, the first epoch that counts (from 1; default 1), is not a whole number of at least 1. */
  constructor(options: { swa_start?: number | undefined } = {}) {
    checkOptions<typeof options>('WeightAverage', options, { swa_start: kind.any })
    const { swa_start = 1 } = options
    this.#start = checkCount('swa_start', swa_start)
  }

  /** Takes the weights after epoch `epoch`, counted from 1. */
  add(epoch: number, weights: ArrayLike<number>): void {
    checkCount('epoch', epoch, 1)
    if (!(Array.isArray(weights) || ArrayBuffer.isView(weights)))
      throw typeError('wrong-argument', `WeightAverage adds lists of numbers, but got ${show(weights)}.`)
    if (epoch < this.#start) return
    this.average ??= new Float64Array(weights.length)
    if (weights.length !== this.average.length)
      throw rangeError('lengths-differ', `The average is over ${this.average.length} weights, but was given ${weights.length}.`)
    for (let i = 0; i < weights.length; i++) this.average[i] = (this.average[i]! * this.#count + weights[i]!) / (this.#count + 1)
    this.#count++
  }
}
