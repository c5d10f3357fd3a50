import { Random } from '@onecycle/platform'

/** What a batch draws from: decided by a root, a purpose and the number of the batch. */
export class Draws {
  readonly #root: Random
  readonly #purpose: string
  readonly #batch: number
  #random: Random | undefined
  #owners: Map<object, Random> | undefined

  constructor(root: Random, purpose: string, batch: number) {
    this.#root = root
    this.#purpose = purpose
    this.#batch = batch
  }

  /** The next number in [0, 1). */
  readonly uniform = (): number => {
    this.#random ??= this.#fork(this.#root)
    return this.#random.uniform()
  }

  /** The next number for a layer with a seed of its own: it and the batch decide, and no other seed. */
  bySeed(owner: object, seed: number): number {
    this.#owners ??= new Map()
    let random = this.#owners.get(owner)
    if (!random) {
      random = this.#fork(new Random().fork(`seed ${seed}`))
      this.#owners.set(owner, random)
    }
    return random.uniform()
  }

  #fork(from: Random): Random {
    return from.fork(`${this.#purpose} ${this.#batch}`)
  }
}

let current: Draws | undefined

/** What is drawn from now; undefined outside of {@link drawFrom}. */
export function currentDraws(): Draws | undefined {
  return current
}

/**
 * Runs something synchronous, in which all that draws without a seed draws from these: in TensorFlow.js dropout, noise, recurrent
 * dropout and the random operations take what Math.random says for the seed of a generator. A layer with a seed of its own, which
 * would repeat one mask for ever, gets a new seed each time, which its own decides.
 */
export function drawFrom<T>(draws: Draws, pass: () => T): T {
  const before = current
  current = draws
  try {
    return randomBy(draws.uniform, pass)
  } finally {
    current = before
  }
}

/** Runs something synchronous with another Math.random. */
export function randomBy<T>(draw: () => number, work: () => T): T {
  const { random } = Math
  Math.random = draw
  try {
    return work()
  } finally {
    Math.random = random
  }
}
