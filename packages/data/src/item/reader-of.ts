import {
  checkCount,
  checkFileName,
  checkNumber,
  checkOptions,
  type Kinds,
  kind,
  parallelism,
  type Random,
} from '@onecycle/platform'
import { usual } from '#data/threads.js'
import type { ItemEncoder } from './item-encoder.js'
import { stateOf } from './restore.js'
import { ItemReader, type SampleReader } from './sample-reader.js'

/** How items are read. */
export interface ReadingOptions {
  /**
   * Worker threads that read and decode items and draw what is random for them, while steps run; with 0 the main thread does, between steps. Batches
   * are the same for any number. Default in Node, for a thousand items or more that take long, such as pictures: one less than the machine runs at a
   * time, from 1 to 4. Else, in a page, where a bundler has to find their program, and for encoders of a program's own: 0.
   */
  num_workers?: number | undefined
  /** Where decoded items are kept for later passes, before anything is drawn at random for them. Default: nowhere. */
  cache?: CacheOptions | undefined
}

/** What is kept of items that were read: bytes in memory, and a folder with bytes of its own. */
export interface CacheOptions {
  /** Bytes of memory. What finds no room is decoded again. Default 0. */
  bytes?: number | undefined
  /**
   * A folder, for later programs too: an entry is of a file with its size and time of change, and of what decodes it. Entries that are broken are
   * made anew. In Node, Deno and Bun.
   */
  dir?: string | undefined
  /** Bytes that the folder may hold. Default 10^10, ten gigabytes. */
  dirBytes?: number | undefined
}

const cacheKinds: Kinds<CacheOptions> = { bytes: kind.number, dir: kind.string, dirBytes: kind.number }

export const readingKinds: Kinds<ReadingOptions> = { num_workers: kind.number, cache: kind.object }

/** Items for which threads pay: starting them takes a tenth of a second. */
const MANY = 1000

/** Threads that read so many items, unless a program says how many. */
export function usualThreads({ kind, slow }: ItemEncoder, items: number): number {
  return usual && kind !== undefined && slow && items >= MANY ? Math.min(4, Math.max(1, parallelism() - 1)) : 0
}

/**
 * What reads the samples of one data set.
 *
 * @param root decides what is drawn at random
 * @throws TypeError for threads or a folder with an encoder that works on this thread alone
 */
export async function readerOf(
  encoder: ItemEncoder,
  root: Random,
  items: readonly unknown[],
  options: ReadingOptions & { num_workers: number },
): Promise<SampleReader> {
  const { num_workers, cache } = options
  checkCount('num_workers', num_workers, 0)
  if (cache) checkOptions<CacheOptions>('cache', cache, cacheKinds)
  const { bytes = 0, dir, dirBytes = 1e10 } = cache ?? {}
  checkNumber('bytes of cache', bytes, { min: 0 })
  checkNumber('dirBytes of cache', dirBytes, { min: 0 })
  if (dir !== undefined) checkFileName('dir of cache', dir)
  const where = cache && { bytes, dir, dirBytes }
  if (dir !== undefined) {
    stateOf(encoder)
    const { ItemFolder } = await import('#data/item-folder.js')
    await new ItemFolder(dir, dirBytes, 1).open()
  }
  if (num_workers > 0) {
    const { ThreadedReader } = await import('./thread/threaded-reader.js')
    return new ThreadedReader(encoder, root, items, { count: num_workers, cache: where })
  }
  if (!where) return new ItemReader(encoder, root)
  const { remembering } = await import('./cache/remembering.js')
  return new ItemReader(encoder, root, remembering(encoder, where))
}
