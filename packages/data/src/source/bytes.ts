import { type FileSource, nameOf, read } from '@onecycle/platform'
import { openFile } from '#data/open-file.js'

/** A file, bytes or a Blob, read from the beginning or in parts, as often as asked. */
export interface Bytes {
  /** How messages call it. */
  readonly name: string
  readonly size: number
  /** The bytes from `start` to before `end`. */
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Bytes that are read at a time. */
export const chunkSize = 2 ** 20

/**
 * Opens a source without reading it, where that can be: a path in Node, a Blob or File, bytes. What comes from a server is fetched whole.
 *
 * @throws as `read` of the platform does
 */
export async function openBytes(source: FileSource): Promise<Bytes> {
  const name = nameOf(source)
  if (source instanceof Blob)
    return { name, size: source.size, slice: async (start, end) => new Uint8Array(await source.slice(start, end).arrayBuffer()) }
  const file = typeof source === 'string' || source instanceof URL ? await openFile(source) : undefined
  if (file) return { name, ...file }
  const bytes = await read(source)
  return { name, size: bytes.length, slice: async (start, end) => bytes.subarray(start, end) }
}

/** All bytes of a source from a place on, piece by piece. */
export async function* chunksOf({ size, slice }: Bytes, start = 0, end = size): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = start; at < end; at += chunkSize) yield await slice(at, Math.min(end, at + chunkSize))
}
