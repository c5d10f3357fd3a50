import { checkCount, checkOptions, isPromise, kind, rangeError, show, typeError } from '@onecycle/platform'
import { type Batch, type BatchSource, disposeOf, type LoaderState, type Shard } from './batch.js'
import { type Dataset, requireDataset } from './dataset.js'
import { Preview, RandomSampler, type Sampler, SequentialSampler } from './sampler.js'

/** What a `DataLoader` is given: batch size, order or sampler with its seed, batches made ahead, and a part of several. */
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
   * Batches that are prepared while the one before them is used. Default as the data set says: 2 where worker threads read, 1 for others that answer
   * with promises, which then work while steps run, else 0.
   */
  prefetch?: number | undefined
  /**
   * The part of each batch that one of several processes trains on: batch k of all of them together is batch k of one process with `bs` times as
   * many samples. All have to be given the same data, `seed` and `bs`. Where the last batch has fewer samples than there are processes, it
   * comes to some of them alone, unless drop_last leaves it out.
   */
  shard?: Shard | undefined
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
  readonly #shard: Shard
  readonly #drop_last: boolean
  #seed: number | undefined
  /** Batches that a restored pass has already handed out. */
  #resumeAt = 0
  /** Passes that have begun. */
  #passes = 0
  /** Whether batches are told which pass they are of. */
  #counts = true
  #pass: { readonly sampler: unknown; readonly indices: Int32Array; readonly number: number; position: number } | undefined

  constructor(dataset: Dataset, options: DataLoaderOptions = {}) {
    checkOptions<DataLoaderOptions>('DataLoader', options, {
      ...{
        bs: kind.any,
        shuffle: kind.boolean,
        drop_last: kind.boolean,
        seed: kind.number,
        sampler: kind.object,
        prefetch: kind.any,
        shard: kind.object,
      },
    })
    requireDataset('A DataLoader', dataset)
    const {
      bs = 64,
      shuffle = false,
      drop_last = false,
      seed,
      sampler,
      prefetch = dataset.prefetch ?? (dataset.asynchronous ? 1 : 0),
    } = options
    checkCount('bs', bs, 1)
    checkCount('prefetch', prefetch, 0)
    if (sampler && (options.shuffle !== undefined || seed !== undefined)) {
      throw typeError('one-or-other', 'A sampler decides the order by itself: leave out shuffle and seed, or the sampler.')
    }
    if (!(dataset.length > 0)) throw rangeError('empty-data', 'The data set is empty; training needs at least one sample.')
    this.dataset = dataset
    this.batchSize = bs
    this.prefetch = prefetch
    this.asynchronous = prefetch > 0 || Boolean(dataset.asynchronous)
    this.#drop_last = drop_last
    this.#seed = sampler ? undefined : (seed ?? 0)
    this.#sampler = sampler ?? (shuffle ? new RandomSampler(dataset.length, seed) : new SequentialSampler(dataset.length))
    this.#shard = shardOf(options.shard)
    const { rank, size, fills } = this.#shard
    const whole = checkCount("the sampler's length", this.#sampler.length, 1)
    if (this.#sampler.bs !== undefined && this.#sampler.bs !== this.#whole)
      throw rangeError(
        'sampler-batch',
        `The sampler puts ${this.#sampler.bs} samples in a batch, but the loader takes ${this.#whole}: give both the same bs` +
          `${size > 1 ? `, the sampler's for all ${size} processes together` : ''}.`,
      )
    const rest = share(whole % this.#whole, this.#shard)
    const full = Math.floor(whole / this.#whole)
    this.samples = full * bs + rest
    this.length = drop_last || (fills ? full * this.#whole === whole : rest === 0) ? full : full + 1
    if (this.length === 0) {
      const most = Math.floor(whole / size)
      throw rangeError(
        'large-batch',
        size > 1
          ? `There are only ${whole} samples: in batches of ${bs} for each of ${size} processes none is left for number ${rank}. Use fewer.`
          : `bs is ${bs}, but there are only ${whole} samples, and drop_last leaves out a batch that is not full: no batch is ` +
              `left. Use a bs of at most ${most}, or drop_last: false.`,
      )
    }
  }

  /** Samples in a full batch of all processes together. */
  get #whole(): number {
    return this.batchSize * this.#shard.size
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const pass = this.#begin()
    try {
      while (pass.position < this.length) {
        const batch = this.#read(pass, pass.position++)
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
    const read = async (i: number) => this.#named(await this.#read(pass, i))
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
    const pass = { sampler, indices, number: this.#passes, position: this.#resumeAt }
    if (indices.length !== this.#sampler.length)
      throw rangeError(
        'sampler-batch',
        `The sampler gave ${indices.length} indices for a pass; expected ${this.#sampler.length}, which is its length.`,
      )
    this.#resumeAt = 0
    this.#passes++
    this.#pass = pass
    return pass
  }

  #read({ indices, number }: { indices: Int32Array; number: number }, batch: number): Batch | Promise<Batch> {
    return this.dataset.batch(this.#batchOf(indices, batch), this.#counts ? number : undefined)
  }

  #named(batch: Batch): Batch {
    batch.inputNames ??= this.dataset.inputNames
    if (this.dataset.heads) batch.targetNames ??= Object.keys(this.dataset.heads)
    return batch
  }

  /** What is to be said to a promise where none was foretold. */
  #unexpected(batch: Promise<Batch>): TypeError {
    batch.then(disposeOf, () => {})
    return typeError(
      'data-promise',
      'The data set answered with a promise. Let it say so, asynchronous: true, and read its batches with for await: those that come next are then ' +
        'prepared while one is used.',
    )
  }

  #batchOf(indices: Int32Array, batch: number): Int32Array {
    const together = indices.subarray(batch * this.#whole, (batch + 1) * this.#whole)
    const { rank, size, fills } = this.#shard
    // In turns: where samples are sorted by their length, all have about as much to do.
    if (size === 1) return together
    return fills && together.length <= rank
      ? together.subarray(0, 1)
      : Int32Array.from({ length: share(together.length, this.#shard) }, (_, i) => together[i * size + rank]!)
  }

  /**
   * The part of one of several processes that train as one, in as many batches as all of them have.
   *
   * @throws RangeError for another part of what is a part already
   */
  divided(shard: Shard): DataLoader {
    const { rank, size } = shardOf(shard)
    const own = this.#shard
    if (own.size > 1 && (own.size !== size || own.rank !== rank))
      throw rangeError(
        'undivided-data',
        `This is part ${own.rank} of ${own.size}, and cannot be divided as ${rank} of ${size}: leave out shard.`,
      )
    const { dataset, batchSize: bs, prefetch } = this
    const whole = bs * size
    const sampler = [undefined, whole].includes(this.#sampler.bs) ? this.#sampler : this.#sampler.inBatchesOf?.(whole)
    const how = { bs, prefetch, drop_last: this.#drop_last, sampler: sampler ?? this.#sampler }
    const part = new DataLoader(dataset, { ...how, shard: { rank, size, fills: true } })
    part.#seed = this.#seed
    part.#counts = this.#counts
    return part
  }

  borrows(batch: number): boolean {
    const { rank, fills = false } = this.#shard
    return fills && this.#sampler.length - batch * this.#whole <= rank
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
    this.#passes = 0
    this.#resumeAt = 0
    this.#pass = undefined
  }

  /**
   * Samples are as they are, without what is drawn at random for them. A sampler of one's own that visits another number of samples than there
   * are says which, and is not moved by it.
   */
  inOrder(): DataLoader {
    const { dataset, batchSize: bs, prefetch } = this
    const whole = this.#sampler.length === dataset.length
    const sampler = whole ? undefined : new Preview(this.#sampler)
    const loader = new DataLoader(dataset, { bs, prefetch, shard: this.#shard, sampler })
    loader.#counts = false
    return loader
  }

  state(): LoaderState {
    const next = { sampler: this.#sampler.state(), position: this.#resumeAt, number: this.#passes }
    const { sampler, position, number: pass } = this.#pass ?? next
    return { batchSize: this.#whole, samples: this.#sampler.length, position, sampler, pass }
  }

  /**
   * @param state also that of other processes, and of another number of them with batches that are as large together
   * @throws RangeError when the state comes from another batch size or another number of samples.
   */
  restore(state: LoaderState): void {
    const [batchSize, samples] = [this.#whole, this.#sampler.length]
    if (state?.batchSize !== batchSize || state.samples !== samples) {
      throw rangeError(
        'state-mismatch',
        `The state ${show(state)} does not fit a loader of ${samples} samples in batches of ${batchSize}: restore it ` +
          'into a loader made from the same data with the same bs.',
      )
    }
    checkCount('position', state.position, 0, Math.ceil(samples / batchSize))
    const { pass = 0 } = state
    checkCount('pass', pass, 0)
    this.#sampler.restore(state.sampler)
    this.#passes = pass
    this.#resumeAt = state.position
    this.#pass = undefined
  }
}

function shardOf(shard: Shard | undefined): Shard {
  if (!shard) return { rank: 0, size: 1 }
  checkOptions<Shard>('shard of DataLoader', shard, { rank: kind.number, size: kind.number, fills: kind.boolean })
  const size = checkCount('size of shard', shard.size, 1)
  return { rank: checkCount('rank of shard', shard.rank, 0, size - 1), size, fills: shard.fills }
}

/** How many of some samples come to one process. */
function share(samples: number, { rank, size }: Shard): number {
  return Math.max(0, Math.ceil((samples - rank) / size))
}
