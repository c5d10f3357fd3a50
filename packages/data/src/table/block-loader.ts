import type { Batch, BatchSource, LoaderState } from '../batch.js'
import { DataLoader } from '../data-loader.js'
import type { Dataset } from '../dataset.js'
import type { Sampler } from '../sampler.js'
import type { BlockRows } from './block-rows.js'

/** What the rows of a loader are, and which. */
export interface BlockRowsOf extends Omit<Dataset, 'batch' | 'length'> {
  readonly rows: BlockRows
  /** Their numbers, in order. */
  readonly numbers: Int32Array
}

interface BlockLoaderOptions {
  bs: number
  drop_last?: boolean | undefined
  sampler?: Sampler | undefined
}

/** Batches of rows that are read when they are asked for. Which come, and in which order, a {@link DataLoader} says. */
export class BlockLoader implements BatchSource, AsyncIterable<Batch> {
  static readonly name: string = 'BlockLoader'
  readonly #dataset: BlockRowsOf
  readonly #order: DataLoader

  constructor(dataset: BlockRowsOf, order: BlockLoaderOptions | DataLoader) {
    this.#dataset = dataset
    this.#order = order instanceof DataLoader ? order : new DataLoader(placesOf(dataset), order)
  }

  get batchSize(): number {
    return this.#order.batchSize
  }

  get length(): number {
    return this.#order.length
  }

  get samples(): number {
    return this.#order.samples
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const { rows, numbers, inputNames } = this.#dataset
    for (const { places } of this.#order as Iterable<PlacesBatch>)
      yield { ...(await rows.batch(places.map(place => numbers[place]!))), inputNames }
  }

  /** Moved by nothing that trains. */
  inOrder(): BlockLoader {
    return new BlockLoader(this.#dataset, this.#order.inOrder())
  }

  reseed(seed: number): void {
    this.#order.reseed(seed)
  }

  state(): LoaderState {
    return this.#order.state()
  }

  restore(state: LoaderState): void {
    this.#order.restore(state)
  }
}

interface PlacesBatch extends Batch {
  places: Int32Array
}

/** A data set whose batches say which samples they are of, and hold none. */
function placesOf({ rows: _, numbers, ...what }: BlockRowsOf): Dataset {
  const batch = (places: Int32Array): PlacesBatch => ({ xs: [], ys: [], size: places.length, places })
  return { ...what, length: numbers.length, batch }
}
