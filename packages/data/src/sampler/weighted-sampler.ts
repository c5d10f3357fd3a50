import { checkCount, checkOptions, kind, Random, type RandomState, rangeError, show, typeError } from '@onecycle/platform'
import { isTypedArray } from '../column.js'
import type { Sampler } from '../sampler.js'

/** What a `WeightedSampler` is given: draws of a pass, and their seed. */
export interface WeightedSamplerOptions {
  /** Indices in one pass. Default: as many as there are weights. */
  length?: number | undefined
  /** Decides the order, and who is rounded up. Default 0. */
  seed?: number | undefined
}

/**
 * Visits each index as often as its weight says: in a pass of `length` indices `length * weight / sum of weights` times, rounded up in
 * some passes and down in others, so that the mean is exact. The order is random.
 *
 * Source: systematic sampling (Madow 1949), which needs fewer passes for the mean to show than drawing each by itself.
 *
 * @throws RangeError when a weight is negative or not finite, or all are 0; TypeError for an unknown option
 *
 * @example
 * const sampler = new WeightedSampler([1, 1, 2], { seed: 42 })
 * const loader = new DataLoader(dataset, { bs: 32, sampler })
 */
export class WeightedSampler implements Sampler {
  static readonly name: string = 'WeightedSampler'
  readonly length: number
  /** How often all indices up to each are visited. */
  readonly #until: Float64Array
  readonly #random = new Random()

  constructor(weights: ArrayLike<number>, options: WeightedSamplerOptions = {}) {
    checkOptions<WeightedSamplerOptions>('WeightedSampler', options, { length: kind.number, seed: kind.number })
    if (!Array.isArray(weights) && !isTypedArray(weights))
      throw typeError('sample-weights', `weights is ${show(weights)}; expected a list with one for each sample.`)
    const { length = weights.length, seed = 0 } = options
    checkCount('length', length, 1)
    const wrong = weights.findIndex(
      (weight: unknown) => !(typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY),
    )
    if (wrong !== -1)
      throw rangeError('sample-weights', `Weight ${wrong} is ${show(weights[wrong])}; expected a number of at least 0.`)
    let sum = 0
    this.#until = Float64Array.from(weights as ArrayLike<number>, weight => (sum += weight))
    if (sum === 0) throw rangeError('sample-weights', 'All weights are 0: there is nothing to visit.')
    this.#until = this.#until.map(until => (until === sum ? length : (until / sum) * length))
    this.length = length
    this.reseed(seed)
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
  }

  pass(): Int32Array {
    const indices = new Int32Array(this.length)
    const start = this.#random.uniform()
    let at = 0
    for (const [i, until] of this.#until.entries()) while (at + start < until && at < this.length) indices[at++] = i
    return this.#random.shuffle(indices)
  }

  state(): RandomState {
    return this.#random.state()
  }

  restore(state: unknown): void {
    this.#random.restore(state as RandomState)
  }
}
