import { plainError } from './errors.js'

/** What can be written: a text, bytes, or bytes piece by piece, each asked for when the one before it is written. */
export type Content = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** What can be read part by part. */
export interface Opened {
  /** In bytes: a number up to 2^53, more than any buffer holds. */
  readonly size: number
  /** The bytes from one place up to another, which are there. */
  read(from: number, to: number): Promise<Uint8Array>
  /** It is read no more. */
  close(): Promise<void>
}

/** Where content lies under names: what one scheme of addresses stands for, or paths. */
export interface Store {
  /** Why it is not to be had: a browser or a worker may be without it. Undefined where it is there. */
  missing?(): string | undefined
  /** Answers what lies under a name, or says why nothing can be read. Throws {@link notThere}. */
  readonly read: ((name: string, address: string) => Promise<Uint8Array<ArrayBuffer>>) | string
  /** Opens what lies under a name, where it need not be read as a whole. Throws {@link notThere}. */
  readonly open?: (name: string, address: string) => Promise<Opened>
  /** Puts content under a name, whole or not at all; or says why that cannot be. */
  readonly write: ((name: string, content: Content, address: string) => Promise<void>) | string
  /** Adds bytes or lines to the end, where nothing need be written as a whole. A line that was left half written ends before lines. */
  readonly append?: (name: string, content: string | Uint8Array, address: string) => Promise<void>
}

/** What a store throws that has nothing under a name: an error like that of a file system. */
export function notThere(message = 'nothing is kept under this name'): Error {
  return plainError('ENOENT', message)
}

/** Bytes that are there, to be read part by part. */
export function openBytes(bytes: Uint8Array): Opened {
  return { size: bytes.length, read: async (from, to) => bytes.subarray(from, to), close: async () => {} }
}

/** A Blob or File, which may lie on a disk. */
export function openBlob(blob: Blob): Opened {
  const read = async (from: number, to: number) => new Uint8Array(await blob.slice(from, to).arrayBuffer())
  return { size: blob.size, read, close: async () => {} }
}

/** Content as the parts of a Blob. */
export async function blobOf(content: Content): Promise<Blob> {
  if (typeof content === 'string' || content instanceof Uint8Array) return new Blob([content] as BlobPart[])
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return new Blob(parts as BlobPart[])
}
