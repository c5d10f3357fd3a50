import { checkCount, Random, type RandomState, show, typeError } from '@onecycle/platform'

/** Decides which samples a pass visits, and in which order. */
export interface Sampler {
  /** Indices in one pass. */
  readonly length: number
  /** Indices that belong into one batch, where it matters who does: the loader has to take as many. */
  readonly bs?: number | undefined
  /** One that goes on from here with batches of another size, where it matters who belongs into one. */
  inBatchesOf?(bs: number): Sampler
  /** The indices of the next pass. Advances the state. */
  pass(): Int32Array
  /** What the coming passes depend on. JSON-serializable. */
  state(): unknown
  restore(state: unknown): void
  /** Makes the coming passes those of a sampler new made with this seed. */
  reseed(seed: number): void
}

/**
 * Visits 0 to length - 1 in order, every time.
 *
 * @example
 * const inOrder = new DataLoader(dataset, { bs: 32, sampler: new SequentialSampler(dataset.length) })
 */
export class SequentialSampler implements Sampler {
  static readonly name: string = 'SequentialSampler'
  readonly length: number

  constructor(length: number) {
    checkCount('length', length, 1)
    this.length = length
  }

  pass(): Int32Array {
    return new Int32Array(this.length).map((_, i) => i)
  }

  state(): null {
    return null
  }

  restore(state: unknown): void {
    if (state !== null) throw typeError('wrong-state', `${show(state)} is not the state of a SequentialSampler: expected null.`)
  }

  /** There is but one order. */
  reseed(): void {}
}

/**
 * Visits every index once, in an order that is new in each pass and decided by the seed.
 *
 * @example
 * const sampler = new RandomSampler(4, 42)
 * sampler.pass() // the numbers 0 to 3, shuffled
 */
export class RandomSampler implements Sampler {
  static readonly name: string = 'RandomSampler'
  readonly length: number
  readonly #random = new Random()

  constructor(length: number, seed = 0) {
    checkCount('length', length, 1)
    this.length = length
    this.reseed(seed)
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
  }

  pass(): Int32Array {
    return this.#random.permutation(this.length)
  }

  state(): RandomState {
    return this.#random.state()
  }

  restore(state: unknown): void {
    this.#random.restore(state as RandomState)
  }
}

/** Visits what another sampler will visit next, again and again, and leaves that one where it is. */
export class Preview implements Sampler {
  readonly length: number
  readonly bs: number | undefined
  readonly #sampler: Sampler

  constructor(sampler: Sampler) {
    this.length = sampler.length
    this.bs = sampler.bs
    this.#sampler = sampler
  }

  pass(): Int32Array {
    const before = this.#sampler.state()
    try {
      return this.#sampler.pass()
    } finally {
      this.#sampler.restore(before)
    }
  }

  state(): unknown {
    return this.#sampler.state()
  }

  /** It has no state of its own. */
  restore(): void {}

  /** What it shows is decided elsewhere. */
  reseed(): void {}
}
