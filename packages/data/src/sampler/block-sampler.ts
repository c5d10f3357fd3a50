import { checkCount, Random, type RandomState } from '@onecycle/platform'
import type { Sampler } from '../sampler.js'

/**
 * Visits every index once, for samples that lie in blocks which cost time to read: blocks in random order, some of them at a time, and
 * the samples of these at random. The more blocks at a time, the nearer it is to a `RandomSampler`, which it is with all of them.
 */
export class BlockSampler implements Sampler {
  static readonly name: string = 'BlockSampler'
  readonly length: number
  readonly #starts: Int32Array
  readonly #together: number
  readonly #random = new Random()

  /**
   * @param starts the first index of each block, and behind the last one the number of samples
   * @param together blocks at a time
   */
  constructor(starts: Int32Array, together: number, seed = 0) {
    this.length = checkCount('the number of samples', starts.at(-1), 1)
    this.#starts = starts
    this.#together = checkCount('together', together, 1)
    this.reseed(seed)
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
  }

  pass(): Int32Array {
    const starts = this.#starts
    const blocks = this.#random.permutation(starts.length - 1)
    const indices = new Int32Array(this.length)
    let at = 0
    for (let first = 0; first < blocks.length; first += this.#together) {
      const begin = at
      for (const block of blocks.subarray(first, first + this.#together))
        for (let index = starts[block]!; index < starts[block + 1]!; index++) indices[at++] = index
      this.#random.shuffle(indices.subarray(begin, at))
    }
    return indices
  }

  state(): RandomState {
    return this.#random.state()
  }

  restore(state: unknown): void {
    this.#random.restore(state as RandomState)
  }
}
