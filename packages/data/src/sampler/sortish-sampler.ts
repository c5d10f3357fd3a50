import { checkCount, checkOptions, kind, Random, type RandomState, rangeError, show } from '@onecycle/platform'
import { requireLabels } from '../members-of.js'
import type { Sampler } from '../sampler.js'

/** What a `SortishSampler` is given: the batch size, and the seed of its order. */
export interface SortishSamplerOptions {
  /** Samples in a batch, as many as the loader's. Default 64. */
  bs?: number | undefined
  /** Decides the order. Default 0. */
  seed?: number | undefined
}

/** Batches that samples are sorted among: the more, the less there is to pad, and the less is left to chance. */
const TOGETHER = 50

/**
 * Visits every index once, samples of like length in one batch, so that little is padded. Samples are drawn at random, as many as 50 batches
 * take, and sorted by their length; the batches then come at random, the one with the longest sample first: what does not fit in memory shows
 * at once. Those that fill no batch come last, and are drawn as well: with `drop_last` it may be anyone whose turn does not come.
 *
 * Source: fastai 1's `SortishSampler`.
 *
 * @param lengths how long each sample is
 * @throws RangeError when a length is no number of at least 0; TypeError for an unknown option
 *
 * @example
 * const lengths = [3, 1, 2, 3]
 * const sampler = new SortishSampler(lengths, { bs: 2, seed: 42 })
 * const loader = new DataLoader(dataset, { bs: 2, sampler })
 */
export class SortishSampler implements Sampler {
  static readonly name: string = 'SortishSampler'
  readonly length: number
  readonly bs: number
  readonly #lengths: Float64Array
  readonly #random = new Random()

  constructor(lengths: ArrayLike<number>, options: SortishSamplerOptions = {}) {
    checkOptions<SortishSamplerOptions>('SortishSampler', options, { bs: kind.number, seed: kind.number })
    this.length = checkCount('the number of lengths', requireLabels('lengths', lengths), 1)
    for (let i = 0; i < lengths.length; i++)
      if (!(typeof lengths[i] === 'number' && lengths[i]! >= 0))
        throw rangeError('number-range', `Length ${i} is ${show(lengths[i])}; expected a number of at least 0.`)
    this.bs = checkCount('bs', options.bs ?? 64, 1)
    this.#lengths = Float64Array.from(lengths)
    this.reseed(options.seed ?? 0)
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
  }

  inBatchesOf(bs: number): SortishSampler {
    const sampler = new SortishSampler(this.#lengths, { bs })
    sampler.restore(this.state())
    return sampler
  }

  pass(): Int32Array {
    const { bs, length } = this
    const drawn = this.#random.permutation(length)
    const full = length - (length % bs)
    for (let first = 0; first < full; first += TOGETHER * bs)
      this.#sort(drawn.subarray(first, Math.min(first + TOGETHER * bs, full)))
    this.#sort(drawn.subarray(full))
    const order = this.#random.permutation(full / bs)
    const longest = order.reduce(
      (best, batch, i) => (this.#longestOf(drawn, batch) > this.#longestOf(drawn, order[best]!) ? i : best),
      0,
    )
    if (order.length > 0) [order[0], order[longest]] = [order[longest]!, order[0]!]
    const pass = drawn.slice()
    for (const [i, batch] of order.entries()) pass.set(drawn.subarray(batch * bs, (batch + 1) * bs), i * bs)
    return pass
  }

  /** Longest first; of those that are as long, the one that was drawn first. */
  #sort(indices: Int32Array): void {
    indices.sort((a, b) => this.#lengths[b]! - this.#lengths[a]!)
  }

  #longestOf(sorted: Int32Array, batch: number): number {
    return this.#lengths[sorted[batch * this.bs]!]!
  }

  state(): RandomState {
    return this.#random.state()
  }

  restore(state: unknown): void {
    this.#random.restore(state as RandomState)
  }
}
