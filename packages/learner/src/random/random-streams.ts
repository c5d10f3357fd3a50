import type { Batch, BatchStream } from '@onecycle/data'
import { isSynchronous } from '@onecycle/data/internal'
import { Random, type RandomState, show, typeError } from '@onecycle/platform'
import { Draws, drawFrom } from './draws.js'

/** Where the random streams of a Learner stand. JSON-serializable. */
export interface RandomStreamsState {
  readonly seed: number
  /** Training batches so far: each has a stream of its own, which the seed and this number decide. */
  readonly batches: number
  /** Where the streams asked for by name stand. */
  readonly streams: Readonly<Record<string, RandomState>>
}

/**
 * All that is random while a Learner works, but for the order of its data: forked from one seed, and apart, so that what draws more
 * in one place does not change another. Dropout, noise and whatever else draws in a training batch has a stream that the number of
 * the batch decides; so has a batch that is measured, and measuring never moves what training draws.
 *
 * @example
 * const mix = learn.random.stream('mixup')   // in a callback: goes on where it stood, is saved and put back with the Learner
 * const share = mix.uniform()
 */
export class RandomStreams {
  #seed: number
  #root: Random
  #batches = 0
  #predictions = 0
  readonly #streams = new Map<string, Random>()
  /** Of several ranks each but the first draws in training from streams of its own, begun anew with each batch: no state has to say where they are. */
  rank = 0

  /**
   * @param seed a whole number from 0 to 2^32 - 1
   * @throws RangeError when the seed is not such a number.
   */
  constructor(seed: number) {
    this.#root = new Random(seed)
    this.#seed = seed
  }

  get seed(): number {
    return this.#seed
  }

  /** What the next training batch draws from. */
  training(): Draws {
    if (this.rank) for (const [name, stream] of this.#streams) stream.restore(this.#begun(name).state())
    return new Draws(this.#root, this.#own('dropout'), this.#batches++)
  }

  /** What the last training batch has drawn from, from its beginning. */
  again(): Draws {
    return new Draws(this.#root, this.#own('dropout'), this.#batches - 1)
  }

  /** What the i-th batch of a validation draws from: the same again, as long as nothing is trained. */
  validation(i: number): Draws {
    return new Draws(this.#root, `validation ${this.#batches}`, i)
  }

  /** What a data set draws from while it gathers the next training batch, or the i-th of a validation. */
  gathering(training: boolean, i: number): Draws {
    return training
      ? new Draws(this.#root, this.#own('augmentation'), this.#batches)
      : new Draws(this.#root, `augmentation of validation ${this.#batches}`, i)
  }

  /** What the next prediction draws from, for a model that draws then too: another one each time. */
  prediction(): Draws {
    return new Draws(this.#root, 'prediction', this.#predictions++)
  }

  /** The stream of a name, for a callback that draws: mixing, augmentation. */
  stream(name: string): Random {
    let stream = this.#streams.get(name)
    if (!stream) {
      stream = this.#begun(name)
      this.#streams.set(name, stream)
    }
    return stream
  }

  #begun(name: string): Random {
    return this.#root.fork(this.rank ? this.#own(`stream ${name} ${this.#batches}`) : `stream ${name}`)
  }

  #own(purpose: string): string {
    return this.rank ? `${purpose} of rank ${this.rank}` : purpose
  }

  state(): RandomStreamsState {
    const streams = [...this.#streams].map(([name, stream]) => [name, stream.state()] as const)
    return { seed: this.#seed, batches: this.#batches, streams: Object.fromEntries(streams) }
  }

  /**
   * Goes back to a state: what follows draws as it did then, by the seed of then.
   *
   * @throws RangeError or TypeError when it is none; nothing is changed then.
   */
  restore(state: RandomStreamsState): void {
    const { seed, batches, streams } = state
    if (!Number.isSafeInteger(batches) || batches < 0 || typeof streams !== 'object')
      throw typeError('wrong-state', `${show(state)} is not the state of random streams: expected seed, batches and streams.`)
    const root = new Random(seed)
    for (const words of Object.values(streams)) new Random().restore(words)
    this.#root = root
    this.#seed = seed
    this.#batches = batches
    for (const name of new Set([...this.#streams.keys(), ...Object.keys(streams)])) {
      this.stream(name).restore(streams[name] ?? this.#begun(name).state())
    }
  }
}

/**
 * The batches of a pass. A data set that draws while it gathers one, to augment it, follows the seed; a source that is read
 * asynchronously has to see to that itself.
 */
export function gathered(dl: BatchStream, random: RandomStreams, training: boolean): Iterable<Batch> | AsyncIterable<Batch> {
  return isSynchronous(dl) ? gather(dl, random, training) : (dl as AsyncIterable<Batch>)
}

function* gather(dl: Iterable<Batch>, random: RandomStreams, training: boolean): Generator<Batch, void, undefined> {
  const batches = dl[Symbol.iterator]()
  const next = () => batches.next()
  try {
    for (let i = 0; ; i++) {
      const { value, done } = drawFrom(random.gathering(training, i), next)
      if (done) return
      yield value
    }
  } finally {
    batches.return?.()
  }
}
