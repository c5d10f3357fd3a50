import { Random } from '@onecycle/platform'
import { dispose, serialization, type Tensor } from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import type { Layer } from './trainable-model.js'

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

/**
 * Runs something synchronous, in which all that draws without a seed draws from these: in TensorFlow.js dropout, noise, recurrent
 * dropout and the random operations take what Math.random says for the seed of a generator. A layer with a seed of its own, which
 * would repeat one mask for ever, gets a new seed each time, which its own decides.
 */
export function drawFrom<T>(draws: Draws, pass: () => T): T {
  const { random } = Math
  const before = current
  Math.random = draws.uniform
  current = draws
  try {
    return pass()
  } finally {
    Math.random = random
    current = before
  }
}

// tfjs-layers exports none of these classes. Outside of drawFrom they do as they always did.

const dropout = prototypeOf<{ seed?: number | null }>('Dropout')
const callDropout = dropout.call
dropout.call = function (inputs, options) {
  const { seed } = this
  if (!current || seed === undefined || seed === null) return callDropout.call(this, inputs, options)
  this.seed = current.bySeed(this, seed)
  try {
    return callDropout.call(this, inputs, options)
  } finally {
    this.seed = seed
  }
}

/** What RandomWidth and RandomHeight draw with: a seed that counts up, in whatever pass. */
interface SeedOfLayer {
  seed: number | undefined
  next(): number | undefined
}
const { randomGenerator } = layers.randomWidth({ factor: 0.5 }) as unknown as { randomGenerator: SeedOfLayer }
const seedOfLayer = Object.getPrototypeOf(randomGenerator) as SeedOfLayer
const nextSeed = seedOfLayer.next
seedOfLayer.next = function () {
  return current && this.seed !== undefined ? current.bySeed(this, this.seed) : nextSeed.call(this)
}

/** A cell keeps its masks until the layer around it drops them, and a plain `rnn` never does. */
interface Cell {
  cells?: Cell[]
  dropoutMask?: Tensor | Tensor[] | null
  recurrentDropoutMask?: Tensor | Tensor[] | null
}
const rnn = prototypeOf<{ cell: Cell }>('RNN')
const callRnn = rnn.call
rnn.call = function (inputs, options) {
  if (!current) return callRnn.call(this, inputs, options)
  dropMasks(this.cell)
  try {
    return callRnn.call(this, inputs, options)
  } finally {
    dropMasks(this.cell)
  }
}

function dropMasks(cell: Cell): void {
  cell.cells?.forEach(dropMasks)
  for (const mask of ['dropoutMask', 'recurrentDropoutMask'] as const) {
    if (!cell[mask]) continue
    dispose(cell[mask])
    cell[mask] = null
  }
}

function prototypeOf<Own>(className: string): Layer & Own {
  return serialization.SerializationMap.getMap().classNameMap[className]![0].prototype
}
