import { checkCount, checkOptions, isPromise, kind, show } from '@onecycle/platform'
import { type Batch, type BatchSource, disposeOf, type LoaderState } from './batch.js'
import { type Dataset, requireDataset } from './dataset.js'
import { Preview, RandomSampler, type Sampler, SequentialSampler } from './sampler.js'

export interface DataLoaderOptions {
  /** Samples in a batch. Default 64. */
  bs?: number | undefined
  /** Whether each pass visits the samples in a new random order. Default false. */
  shuffle?: boolean | undefined
  /** Whether a last batch of fewer than `bs` samples is left out. Default false. */
  drop_last?: boolean | undefined
  /** Decides the orders when shuffling. Default 0. */
  seed?: number | undefined
  /** Decides the orders in place of `shuffle` and `seed`. */
  sampler?: Sampler | undefined
  /**
   * Batches that are prepared while the one before them is used. Default 1 for a data set that answers with promises, which then works while
   * steps run, else 0.
   */
  prefetch?: number | undefined
}

/**
 * Batches of a data set, gathered when they are asked for, a fresh one each time. Those of a data set that answers with promises come by
 * `for await`, the next ones prepared while one is used; {@link state} counts those that were handed out.
 *
 * @throws RangeError when `bs` is not a positive whole number, or when one pass would hold no batch.
 * @throws TypeError when both a sampler and `shuffle` or `seed` are given, or for an unknown option.
 *
 * @example
 * const loader = new DataLoader(dataset, { bs: 32, shuffle: true, drop_last: true, seed: 1 })
 * for (const { xs, ys } of loader) {
 *   // ...
 *   tf.dispose([xs, ys])
 * }
 */
export class DataLoader implements BatchSource, Iterable<Batch>, AsyncIterable<Batch> {
  static readonly name: string = 'DataLoader'
  readonly dataset: Dataset
  readonly batchSize: number
  readonly length: number
  readonly samples: number
  /** Whether it is to be read by `for await`: batches are prepared ahead, or come by promises. */
  readonly asynchronous: boolean
  /** Batches that are prepared while the one before them is used. */
  readonly prefetch: number
  readonly #sampler: Sampler
  #seed: number | undefined
  /** Batches that a restored pass has already handed out. */
  #resumeAt = 0
  #pass: { readonly sampler: unknown; readonly indices: Int32Array; position: number } | undefined

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    checkOptions<DataLoaderOptions>('DataLoader', options, {
      ...{
        bs: kind.any,
        shuffle: kind.boolean,
        drop_last: kind.boolean,
        seed: kind.number,
        sampler: kind.object,
        prefetch: kind.any,
      },
    })
    requireDataset('A DataLoader', dataset)
    const { bs = 64, shuffle = false, drop_last = false, seed, sampler, prefetch = dataset.asynchronous ? 1 : 0 } = options
    checkCount('bs', bs, 1)
    checkCount('prefetch', prefetch, 0)
    if (sampler && (options.shuffle !== undefined || seed !== undefined)) {
      throw new TypeError('A sampler decides the order by itself: leave out shuffle and seed, or the sampler.')
    }
    if (!(dataset.length > 0)) throw new RangeError('The data set is empty; training needs at least one sample.')
    this.dataset = dataset
    this.batchSize = bs
    this.prefetch = prefetch
    this.asynchronous = prefetch > 0 || Boolean(dataset.asynchronous)
    this.#seed = sampler ? undefined : (seed ?? 0)
    this.#sampler = sampler ?? (shuffle ? new RandomSampler(dataset.length, seed) : new SequentialSampler(dataset.length))
    this.samples = this.#sampler.length
    checkCount("the sampler's length", this.samples, 1)
    this.length = drop_last ? Math.floor(this.samples / bs) : Math.ceil(this.samples / bs)
    if (this.length === 0) {
      throw new RangeError(
        `bs is ${bs}, but there are only ${this.samples} samples, and drop_last leaves out a batch that is not full: no batch is ` +
          `left. Use a bs of at most ${this.samples}, or drop_last: false.`,
      )
    }
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const pass = this.#begin()
    try {
      while (pass.position < this.length) {
        const batch = this.dataset.batch(this.#batchOf(pass.indices, pass.position++))
        if (isPromise(batch)) throw this.#unexpected(batch)
        yield this.#named(batch)
      }
    } finally {
      if (this.#pass === pass) this.#pass = undefined
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const { prefetched } = await import('./prefetch.js')
    const pass = this.#begin()
    const read = async (i: number) => this.#named(await this.dataset.batch(this.#batchOf(pass.indices, i)))
    try {
      for await (const batch of prefetched(this.prefetch, { from: pass.position, to: this.length }, read)) {
        pass.position++
        yield batch
      }
    } finally {
      if (this.#pass === pass) this.#pass = undefined
    }
  }

  #begin() {
    const sampler = this.#sampler.state()
    const indices = this.#sampler.pass()
    const pass = { sampler, indices, position: this.#resumeAt }
    if (indices.length !== this.samples)
      throw new RangeError(
        `The sampler gave ${indices.length} indices for a pass; expected ${this.samples}, which is its length.`,
      )
    this.#resumeAt = 0
    this.#pass = pass
    return pass
  }

  #named(batch: Batch): Batch {
    batch.inputNames ??= this.dataset.inputNames
    if (this.dataset.heads) batch.targetNames ??= Object.keys(this.dataset.heads)
    return batch
  }

  /** What is to be said to a promise where none was foretold. */
  #unexpected(batch: Promise<Batch>): TypeError {
    batch.then(disposeOf, () => {})
    return new TypeError(
      'The data set answered with a promise. Let it say so, asynchronous: true, and read its batches with for await: those that come next are then ' +
        'prepared while one is used.',
    )
  }

  #batchOf(indices: Int32Array, batch: number): Int32Array {
    return indices.subarray(batch * this.batchSize, (batch + 1) * this.batchSize)
  }

  samplesOf(batch: number): Int32Array | undefined {
    if (!this.#pass) return
    const samples = this.#batchOf(this.#pass.indices, batch)
    return this.dataset.sources?.(samples) ?? samples
  }

  get seed(): number | undefined {
    return this.#seed
  }

  reseed(seed: number): void {
    this.#sampler.reseed(seed)
    this.#seed = seed
    this.#resumeAt = 0
    this.#pass = undefined
  }

  /** A sampler of one's own that visits another number of samples than there are says which, and is not moved by it. */
  inOrder(): DataLoader {
    const { dataset, batchSize: bs, samples, prefetch } = this
    const whole = samples === dataset.length
    return new DataLoader(dataset, { bs, prefetch, ...(!whole && { sampler: new Preview(this.#sampler) }) })
  }

  state(): LoaderState {
    const { batchSize, samples } = this
    const { sampler, position } = this.#pass ?? { sampler: this.#sampler.state(), position: this.#resumeAt }
    return { batchSize, samples, position, sampler }
  }

  /** @throws RangeError when the state comes from another batch size or another number of samples. */
  restore(state: LoaderState): void {
    if (state?.batchSize !== this.batchSize || state.samples !== this.samples) {
      throw new RangeError(
        `The state ${show(state)} does not fit a loader of ${this.samples} samples in batches of ${this.batchSize}: restore it ` +
          'into a loader made from the same data with the same bs.',
      )
    }
    checkCount('position', state.position, 0, this.length)
    this.#sampler.restore(state.sampler)
    this.#resumeAt = state.position
    this.#pass = undefined
  }
}
