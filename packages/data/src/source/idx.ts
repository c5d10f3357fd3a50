import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { show } from '@onecycle/platform'
import { sizeOf } from '../check.js'
import type { TypedArray } from '../column.js'

/** An array read from an IDX file. */
export interface IdxArray {
  /** All axes, the samples first. */
  readonly shape: number[]
  readonly data: TypedArray
}

/** Element types by their code in the header. */
const elementTypes: Record<
  number,
  { Array: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => TypedArray; bytes: 1 | 2 | 4 | 8 }
> = {
  8: { Array: Uint8Array, bytes: 1 },
  9: { Array: Int8Array, bytes: 1 },
  11: { Array: Int16Array, bytes: 2 },
  12: { Array: Int32Array, bytes: 4 },
  13: { Array: Float32Array, bytes: 4 },
  14: { Array: Float64Array, bytes: 8 },
}

/**
 * Reads an IDX file, the format of MNIST: plain, or compressed by gzip (told by its first bytes, not its name).
 *
 * @throws Error when the file cannot be read, is no IDX file (its first bytes are shown), or is not as long as its header
 * says.
 *
 * @example
 * const { shape, data } = await readIdx('train-images-idx3-ubyte.gz') // [60000, 28, 28], Uint8Array
 */
export async function readIdx(path: string): Promise<IdxArray> {
  if (typeof path !== 'string') throw new TypeError(`readIdx reads the file of a path, but got ${show(path)}.`)
  return parseIdx(await readFile(path), path)
}

/** As {@link readIdx}, from bytes; `name` is how messages call them. Bytes that need no conversion are not copied. */
export function parseIdx(bytes: Uint8Array, name = 'the bytes'): IdxArray {
  if (typeof name !== 'string') throw new TypeError(`parseIdx takes a name for messages, but got ${show(name)}.`)
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`parseIdx reads the bytes of a file, a Uint8Array, but got ${show(bytes)}.`)
  const content = unzip(bytes, name)
  const type = content[0] === 0 && content[1] === 0 ? elementTypes[content[2] ?? -1] : undefined
  const axes = content[3]
  if (!type || !axes) {
    throw new Error(
      `${name} is not an IDX file: it starts with the bytes ${hex(content.subarray(0, 4))}; expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) ` +
        'and the number of axes.',
    )
  }
  const start = 4 + 4 * axes
  if (content.length < start) throw wrongLength(name, start, content.length, `a header of ${axes} axes`)
  const view = new DataView(content.buffer, content.byteOffset)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const length = sizeOf(shape)
  const expected = start + length * type.bytes
  if (content.length !== expected) throw wrongLength(name, expected, content.length, `an array of shape ${show(shape)}`)
  const body = type.bytes === 1 ? content.subarray(start) : toLittleEndian(content.subarray(start), type.bytes)
  return { shape, data: new type.Array(body.buffer, body.byteOffset, length) }
}

function unzip(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    throw new Error(`${name} starts as a gzip file, but cannot be decompressed; it may be truncated. Fetch it again.`, { cause })
  }
}

/** A copy in memory of its own, which is aligned, with the bytes of each element reversed. */
function toLittleEndian(bigEndian: Uint8Array, bytes: 2 | 4 | 8): Uint8Array {
  const copy = Buffer.from(new ArrayBuffer(bigEndian.length))
  copy.set(bigEndian)
  return bytes === 2 ? copy.swap16() : bytes === 4 ? copy.swap32() : copy.swap64()
}

function wrongLength(name: string, expected: number, actual: number, what: string): Error {
  const problem = actual < expected ? 'is truncated' : 'is longer than its header says'
  return new Error(`${name} ${problem}: expected ${expected} bytes for ${what}, got ${actual}. Fetch it again.`)
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? '(none)' : Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ')
}
