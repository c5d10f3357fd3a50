import { type FileSource, nameOf, plainError, read, show, typeError, withCode } from '@onecycle/platform'
import { gunzipSync } from '#data/gunzip.js'
import { sizeOf } from '../check.js'
import type { TypedArray } from '../column.js'
import { openBytes } from './bytes.js'
import { inflate, isGzip } from './inflate.js'

/** An array read from an IDX file. */
export interface IdxArray {
  /** All axes, the samples first. */
  readonly shape: number[]
  readonly data: TypedArray
}

type Getter = 'getInt16' | 'getInt32' | 'getFloat32' | 'getFloat64'

interface ElementType {
  readonly Array: { new (length: number): TypedArray; new (buffer: ArrayBufferLike, at: number, length: number): TypedArray }
  readonly bytes: number
  /** How an element of several bytes is read. */
  readonly get?: Getter
}

/** Element types by their code in the header. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  8: { Array: Uint8Array, bytes: 1 },
  9: { Array: Int8Array, bytes: 1 },
  11: { Array: Int16Array, bytes: 2, get: 'getInt16' },
  12: { Array: Int32Array, bytes: 4, get: 'getInt32' },
  13: { Array: Float32Array, bytes: 4, get: 'getFloat32' },
  14: { Array: Float64Array, bytes: 8, get: 'getFloat64' },
}

/**
 * Reads an IDX file, the format of MNIST: plain, or compressed by gzip (told by its first bytes, not its name).
 *
 * @param source a path (in a page: on its server) or another address, a File that was chosen or dropped, or bytes
 * @throws Error when the file cannot be read, is no IDX file (its first bytes are shown), or is not as long as its header says;
 * TypeError for what is no source.
 *
 * @example
 * const { shape, data } = await readIdx('train-images-idx3-ubyte.gz') // [60000, 28, 28], Uint8Array
 */
export async function readIdx(source: FileSource): Promise<IdxArray> {
  return decodeIdx(await read(source), nameOf(source))
}

/** As {@link readIdx}, of bytes that messages call `name`. */
export async function decodeIdx(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<IdxArray> {
  if (!isGzip(bytes)) return parse(bytes, name)
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let most = Number.POSITIVE_INFINITY
  let length = 0
  // A small file may become a large one: what is more than its header says is never taken.
  for await (const piece of inflate({ ...(await openBytes(bytes)), name }, most)) {
    if (length === 0) most = lengthSaid(piece, name)
    pieces.push(piece)
    length += piece.length
    if (length > most) break
  }
  return parse(new Uint8Array(await new Blob(pieces).arrayBuffer()), name)
}

/**
 * As {@link readIdx}, from bytes and at once; `name` is how messages call them. Bytes that need no conversion are not copied. A browser
 * cannot decompress at once: there compressed bytes are for `readIdx(bytes)`.
 *
 * @example
 * const { shape } = parseIdx(bytes)   // [60000, 28, 28], of MNIST's pictures
 */
export function parseIdx(bytes: Uint8Array, name = 'the bytes'): IdxArray {
  if (typeof name !== 'string') throw typeError('wrong-argument', `parseIdx takes a name for messages, but got ${show(name)}.`)
  if (!(bytes instanceof Uint8Array))
    throw typeError('wrong-argument', `parseIdx reads the bytes of a file, a Uint8Array, but got ${show(bytes)}.`)
  return parse(isGzip(bytes) ? unzip(bytes, name) : bytes, name)
}

function unzip(bytes: Uint8Array, name: string): Uint8Array {
  if (!gunzipSync) throw plainError('gzip', `${name} starts as a gzip file, which is decompressed here by await readIdx(bytes).`)
  let said = 0
  try {
    return gunzipSync(bytes, start => {
      said = lengthSaid(start, name)
      return said
    })
  } catch (cause) {
    if (cause instanceof WrongFile) throw cause
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw wrongLength(name, said, 'more', 'its array')
    throw damaged(name, cause)
  }
}

/** What is wrong with the content, and not with how it is compressed. */
class WrongFile extends Error {
  constructor(message: string) {
    super(message)
    withCode(this, 'idx-file', WrongFile)
  }
}

interface Header {
  readonly type: ElementType
  readonly shape: number[]
  /** Where the elements begin, in bytes. */
  readonly start: number
  /** Bytes of the whole file. */
  readonly length: number
}

function headerOf(content: Uint8Array, name: string): Header {
  const type = content[0] === 0 && content[1] === 0 ? elementTypes[content[2] ?? -1] : undefined
  const axes = content[3]
  if (!type || !axes) {
    throw new WrongFile(
      `${name} is not an IDX file: it starts with the bytes ${hex(content.subarray(0, 4))}; expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) ` +
        'and the number of axes.',
    )
  }
  const start = 4 + 4 * axes
  if (content.length < start) throw wrongLength(name, start, content.length, `a header of ${axes} axes`)
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  return { type, shape, start, length: start + sizeOf(shape) * type.bytes }
}

/** How long a file is by its header, where that is all there: of a truncated file it may not be. */
function lengthSaid(start: Uint8Array, name: string): number {
  const whole = start.length >= 4 && start.length >= 4 + 4 * start[3]!
  return whole ? headerOf(start, name).length : Number.POSITIVE_INFINITY
}

function parse(content: Uint8Array, name: string): IdxArray {
  const { type, shape, start, length } = headerOf(content, name)
  if (content.length !== length) throw wrongLength(name, length, content.length, `an array of shape ${show(shape)}`)
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  return { shape, data: elements(view, start, sizeOf(shape), type) }
}

/** The elements, which lie big endian. */
function elements(view: DataView, start: number, length: number, type: ElementType): TypedArray {
  const { bytes, get } = type
  if (!get) return new type.Array(view.buffer, view.byteOffset + start, length)
  const data = new type.Array(length)
  for (let i = 0; i < length; i++) data[i] = view[get](start + i * bytes)
  return data
}

function damaged(name: string, cause: unknown): Error {
  return plainError('gzip', `${name} starts as a gzip file, but cannot be decompressed; it may be truncated. Fetch it again.`, {
    cause,
  })
}

function wrongLength(name: string, expected: number, actual: number | 'more', what: string): Error {
  const problem = actual !== 'more' && actual < expected ? 'is truncated' : 'is longer than its header says'
  return new WrongFile(`${name} ${problem}: expected ${expected} bytes for ${what}, got ${actual}. Fetch it again.`)
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? '(none)' : Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ')
}
