import { nextTurn, type Opened, plainError, rangeError, show } from '@onecycle/platform'
import { parseJson } from './json.js'
import { pieceBytes } from './pieces.js'

/** A named array as the format stores it, row by row. */
export interface StoredArray {
  readonly shape: readonly number[]
  readonly values: Float32Array | Float64Array
}

/** One of float32, as tensors are. */
export interface StoredTensor extends StoredArray {
  readonly values: Float32Array
}

export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, StoredArray>>
  readonly metadata: Readonly<Record<string, string>>
}

const lengthBytes = 8
const metadataKey = '__metadata__'
/** As the format's own reader has it: JSON takes several times its length when it is parsed. */
const longestHeader = 100_000_000
/** What is read, and how. */
const types: Readonly<Record<string, new (length: number) => StoredArray['values']>> = {
  F32: Float32Array,
  F64: Float64Array,
}

/** A file as it lies: its head, all before the values, and the values one after the other, which are not copied. */
export interface SafetensorsLayout {
  readonly head: Uint8Array<ArrayBuffer>
  readonly values: readonly Uint8Array[]
}

/**
 * Lays out the safetensors format: the header's length (8 bytes), a JSON header, and the values one after the other.
 *
 * Source: the format's description at https://huggingface.co/docs/safetensors
 *
 * @throws RangeError for a tensor under the name that the format keeps for metadata.
 */
export function layOut({ tensors, metadata }: SafetensorsContent): SafetensorsLayout {
  if (Object.hasOwn(tensors, metadataKey))
    throw rangeError('reserved-name', `A tensor cannot be called ${metadataKey}: choose another name.`)
  let end = 0
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const begin = end
    end += values.byteLength
    return [name, { dtype: values instanceof Float64Array ? 'F64' : 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([[metadataKey, metadata], ...entries])))
  // Spaces after the header let the values begin at a multiple of 8.
  const start = Math.ceil((lengthBytes + text.length) / lengthBytes) * lengthBytes
  const head = new Uint8Array(start).fill(0x20, lengthBytes)
  new DataView(head.buffer).setBigUint64(0, BigInt(start - lengthBytes), true)
  head.set(text, lengthBytes)
  return { head, values: Object.values(tensors).map(({ values }) => bytesOf(values)) }
}

/** What a file says of itself before its values. */
export interface SafetensorsHead {
  readonly head: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
}

/**
 * Reads the head of a safetensors file, float32 and float64. Everything is looked at before memory is taken for any of it: together the
 * arrays take what the file has, each byte once.
 *
 * @throws Error when the file is truncated, is of another format, holds another type, or does not lie as the header says.
 */
export async function readHead(file: Opened): Promise<SafetensorsHead> {
  const length = await file.read(0, Math.min(lengthBytes, file.size))
  const view = new DataView(length.buffer, length.byteOffset, length.byteLength)
  const start = lengthBytes + (length.length === lengthBytes ? Number(view.getBigUint64(0, true)) : Number.NaN)
  if (!(start <= file.size))
    throw plainError(
      'checkpoint-damaged',
      `it has ${file.size} bytes, too few for its header: truncated, or not a safetensors file`,
    )
  if (start > longestHeader)
    throw plainError(
      'checkpoint-damaged',
      `its header has ${start} bytes, more than the ${longestHeader} that are read: it is damaged`,
    )
  const head = await file.read(0, start)
  const { [metadataKey]: metadata = {}, ...entries } = parseHeader(head.subarray(lengthBytes))
  if (!isRecord(metadata) || Object.values(metadata).some(value => typeof value !== 'string'))
    throw plainError('checkpoint-damaged', 'its metadata are not strings by name: it is damaged')
  const parsed = Object.entries(entries).map(([name, entry]) => parseEntry(name, entry))
  checkPlaces(parsed, start, file.size - start)
  return { head, metadata: metadata as Record<string, string>, entries: parsed }
}

export interface ReadingOptions {
  /** Hears the values, piece by piece. */
  readonly hear?: (piece: Uint8Array) => void
  /** Which tensors are kept, by name. Default all. */
  readonly wanted?: (name: string) => boolean
  /** Bytes that are read in one go. */
  readonly piece?: number
}

/** Reads the tensors of a file, whose head was read: by pieces, so that beside them there is never more than one in memory. */
export async function readTensors(
  file: Opened,
  { head, entries }: Pick<SafetensorsHead, 'head' | 'entries'>,
  { hear, wanted = () => true, piece: size = pieceBytes }: ReadingOptions = {},
): Promise<SafetensorsContent['tensors']> {
  const start = head.length
  const tensors = entries.filter(({ name }) => wanted(name)).map(entry => ({ ...entry, values: new entry.type(entry.count) }))
  const inOrder = [...tensors].sort((a, b) => a.from - b.from || a.to - b.to)
  let next = 0
  for (let from = 0; start + from < file.size; from += size) {
    const piece = await file.read(start + from, Math.min(start + from + size, file.size))
    hear?.(piece)
    const to = from + piece.length
    for (; next < inOrder.length && inOrder[next]!.from < to; next++) {
      const tensor = inOrder[next]!
      const part = piece.subarray(Math.max(tensor.from - from, 0), tensor.to - from)
      bytesOf(tensor.values).set(part, Math.max(from - tensor.from, 0))
      if (tensor.to > to) break
    }
    await nextTurn()
  }
  return Object.fromEntries(tensors.map(({ name, shape, values }) => [name, { shape, values }]))
}

function bytesOf({ buffer, byteOffset, byteLength }: StoredArray['values']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const foreign = 'its header is not JSON: not a safetensors file'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw plainError('checkpoint-foreign', foreign)
  }
  let header: unknown
  try {
    header = parseJson(text, 8)
  } catch (error) {
    throw plainError('checkpoint-foreign', error instanceof SyntaxError ? foreign : `its header ${(error as Error).message}`)
  }
  if (!isRecord(header)) throw plainError('checkpoint-foreign', foreign)
  return header
}

interface Entry {
  readonly name: string
  readonly shape: number[]
  /** How many numbers. */
  readonly count: number
  /** Bytes, from the first value of the file on. */
  readonly from: number
  readonly to: number
  readonly type: (typeof types)[string]
}

function parseEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw plainError('checkpoint-damaged', `its header describes ${name} as ${show(entry)}: it is damaged`)
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined
  if (!type)
    throw plainError('checkpoint-foreign', `${name} is of type ${show(dtype)}; only ${Object.keys(types).join(' and ')} are read`)
  const [from, to] = offsets as [number, number]
  const count = shape.reduce((product, axis) => product * axis, 1)
  const size = count * (dtype === 'F32' ? 4 : 8)
  if (to - from !== size)
    throw plainError(
      'checkpoint-damaged',
      `${name} has ${to - from} bytes, but its shape ${show(shape)} takes ${size}: it is damaged`,
    )
  return { name, shape, count, from, to, type }
}

/** The arrays lie one after the other, without holes. */
function checkPlaces(entries: readonly Entry[], start: number, length: number): void {
  let end = 0
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (to > length)
      throw plainError(
        'checkpoint-damaged',
        `${name} ends at byte ${start + to}, but the file has ${start + length}: it is truncated`,
      )
    if (from !== end)
      throw plainError(
        'checkpoint-damaged',
        `${name} begins at byte ${start + from}, but what lies before it ends at ${start + end}: it is damaged`,
      )
    end = to
  }
  if (end !== length)
    throw plainError('checkpoint-damaged', `${length - end} bytes follow its last tensor: it is damaged, or two files in one`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(count => Number.isSafeInteger(count) && count >= 0)
}
