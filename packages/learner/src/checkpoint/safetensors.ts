import { show } from '@onecycle/platform'
import { parseJson } from './json.js'

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
const types: Readonly<Record<string, new (buffer: ArrayBuffer) => StoredArray['values']>> = {
  F32: Float32Array,
  F64: Float64Array,
}

/**
 * Writes the safetensors format: the header's length (8 bytes), a JSON header, and the values one after the other.
 *
 * Source: the format's description at https://huggingface.co/docs/safetensors
 *
 * @throws RangeError for a tensor under the name that the format keeps for metadata.
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array<ArrayBuffer> {
  if (Object.hasOwn(tensors, metadataKey)) throw new RangeError(`A tensor cannot be called ${metadataKey}: choose another name.`)
  let end = 0
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const begin = end
    end += values.byteLength
    return [name, { dtype: values instanceof Float64Array ? 'F64' : 'F32', shape, data_offsets: [begin, end] }] as const
  })
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([[metadataKey, metadata], ...entries])))
  // Spaces after the header let the values begin at a multiple of 8.
  const start = Math.ceil((lengthBytes + text.length) / lengthBytes) * lengthBytes
  const bytes = new Uint8Array(start + end).fill(0x20, lengthBytes, start)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - lengthBytes), true)
  bytes.set(text, lengthBytes)
  let at = start
  for (const { values } of Object.values(tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return bytes
}

/** What a file says that it holds, which was compared with its length. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>
  readonly entries: readonly Entry[]
  /** The byte at which the values begin. */
  readonly start: number
}

/**
 * Reads the header of the safetensors format, float32 and float64. Everything is looked at before memory is taken for any values: together
 * the arrays take what the file has, each byte once.
 *
 * @throws Error when the bytes are truncated, are of another format, hold another type, or do not lie as the header says.
 */
export function readHeader(bytes: Uint8Array): SafetensorsHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = lengthBytes + (bytes.length >= lengthBytes ? Number(view.getBigUint64(0, true)) : Number.NaN)
  if (!(start <= bytes.length))
    throw new Error(`it has ${bytes.length} bytes, too few for its header: truncated, or not a safetensors file`)
  const { [metadataKey]: metadata = {}, ...described } = parseHeader(bytes.subarray(lengthBytes, start))
  if (!isRecord(metadata) || Object.values(metadata).some(value => typeof value !== 'string'))
    throw new Error('its metadata are not strings by name: it is damaged')
  const entries = Object.entries(described).map(([name, entry]) => parseEntry(name, entry))
  checkPlaces(entries, start, bytes.length - start)
  return { metadata: metadata as Record<string, string>, entries, start }
}

/** The arrays that a header describes. */
export function readArrays(bytes: Uint8Array, { entries, start }: SafetensorsHeader): SafetensorsContent['tensors'] {
  const tensors = entries.map(({ name, shape, from, to, type }) => {
    // A copy, because the values need not begin at a multiple of 4 bytes (nor does a Buffer's own slice copy).
    return [name, { shape, values: new type(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer) }] as const
  })
  return Object.fromEntries(tensors)
}

/** The whole file: see {@link readHeader}. */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const header = readHeader(bytes)
  return { tensors: readArrays(bytes, header), metadata: header.metadata }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length > longestHeader)
    throw new Error(`its header has ${bytes.length} bytes, more than the ${longestHeader} that are read: it is damaged`)
  const foreign = 'its header is not JSON: not a safetensors file'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error(foreign)
  }
  let header: unknown
  try {
    header = parseJson(text, 8)
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? foreign : `its header ${(error as Error).message}`)
  }
  if (!isRecord(header)) throw new Error(foreign)
  return header
}

interface Entry {
  readonly name: string
  readonly shape: number[]
  readonly from: number
  readonly to: number
  readonly type: (typeof types)[string]
}

function parseEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new Error(`its header describes ${name} as ${show(entry)}: it is damaged`)
  const type = Object.hasOwn(types, dtype) ? types[dtype] : undefined
  if (!type) throw new Error(`${name} is of type ${show(dtype)}; only ${Object.keys(types).join(' and ')} are read`)
  const [from, to] = offsets as [number, number]
  const size = shape.reduce((product, axis) => product * axis, dtype === 'F32' ? 4 : 8)
  if (to - from !== size)
    throw new Error(`${name} has ${to - from} bytes, but its shape ${show(shape)} takes ${size}: it is damaged`)
  return { name, shape, from, to, type }
}

/** The arrays lie one after the other, without holes. */
function checkPlaces(entries: readonly Entry[], start: number, length: number): void {
  let end = 0
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (to > length) throw new Error(`${name} ends at byte ${start + to}, but the file has ${start + length}: it is truncated`)
    if (from !== end)
      throw new Error(`${name} begins at byte ${start + from}, but what lies before it ends at ${start + end}: it is damaged`)
    end = to
  }
  if (end !== length) throw new Error(`${length - end} bytes follow its last tensor: it is damaged, or two files in one`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(count => Number.isSafeInteger(count) && count >= 0)
}
