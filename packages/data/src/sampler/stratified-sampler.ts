import { checkCount, Random, type RandomState } from '@onecycle/platform'
import { type Labels, membersOf, requireLabels } from '../members-of.js'
import type { Sampler } from '../sampler.js'

/**
 * Visits every index once, in a random order in which classes alternate by their share: among the first indices of a pass, however
 * many, each class is there as often as it should be to within one. So each batch has all classes in their proportions.
 *
 * Source: the chairman assignment of Tijdeman 1980.
 *
 * @param labels the class of each sample
 * @throws TypeError for what is no list; RangeError for an empty one
 *
 * @example
 * const sampler = new StratifiedSampler(['a', 'b', 'a', 'a'], 42)
 * const loader = new DataLoader(dataset, { bs: 32, sampler })
 */
export class StratifiedSampler implements Sampler {
  static readonly name: string = 'StratifiedSampler'
  readonly length: number
  readonly #classes: Int32Array[]
  /** Which class each place is for. */
  readonly #places: Int32Array
  readonly #random = new Random()

  constructor(labels: Labels, seed = 0) {
    checkCount('the number of labels', requireLabels('labels', labels), 1)
    this.#classes = membersOf(labels).map(members => Int32Array.from(members))
    this.#places = alternate(this.#classes.map(({ length }) => length))
    this.length = labels.length
    this.reseed(seed)
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
  }

  pass(): Int32Array {
    const orders = this.#classes.map(members => this.#random.shuffle(members.slice()))
    const taken = new Int32Array(orders.length)
    return this.#places.map(own => orders[own]![taken[own]!++]!)
  }

  state(): RandomState {
    return this.#random.state()
  }

  restore(state: unknown): void {
    this.#random.restore(state as RandomState)
  }
}

/** Numbers of classes, each as often as `sizes` says: of those whose turn may have come, the one whose turn passes first. */
function alternate(sizes: readonly number[]): Int32Array {
  const n = sizes.reduce((sum, size) => sum + size, 0)
  const least = sizes.length > 1 ? 1 / (2 * sizes.length - 2) : 0
  const given = new Int32Array(sizes.length)
  return new Int32Array(n).map((_, place) => {
    let chosen = -1
    let soonest = Number.POSITIVE_INFINITY
    for (const [i, size] of sizes.entries()) {
      const due = ((place + 1) * size) / n - given[i]!
      const passes = ((given[i]! + 1 - least) * n) / size
      if (given[i]! < size && due >= least - 1e-9 && passes < soonest) [chosen, soonest] = [i, passes]
    }
    given[chosen]!++
    return chosen
  })
}
