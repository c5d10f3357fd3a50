/** A named array as the format stores it: float32, row by row. */
export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, StoredTensor>>
  readonly metadata: Readonly<Record<string, string>>
}

const lengthBytes = 8
const metadataKey = '__metadata__'

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
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const
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

/**
 * Reads the safetensors format, float32 only.
 *
 * @throws Error when the bytes are truncated, are of another format, or hold another type.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = lengthBytes + (bytes.length >= lengthBytes ? Number(view.getBigUint64(0, true)) : Number.NaN)
  if (!(start <= bytes.length))
    throw new Error(`it has ${bytes.length} bytes, too few for its header: truncated, or not a safetensors file`)
  const { [metadataKey]: metadata = {}, ...entries } = parseHeader(bytes.subarray(lengthBytes, start))
  const values = bytes.subarray(start)
  let used = 0
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const { shape, from, to } = parseEntry(name, entry)
    if (to > values.length)
      throw new Error(`${name} ends at byte ${start + to}, but the file has ${bytes.length}: it is truncated`)
    used = Math.max(used, to)
    // A copy, because the values need not begin at a multiple of 4 bytes (nor does a Buffer's own slice copy).
    return [name, { shape, values: new Float32Array(Uint8Array.from(values.subarray(from, to)).buffer) }] as const
  })
  if (used !== values.length)
    throw new Error(`${values.length - used} bytes follow its last tensor: it is damaged, or two files in one`)
  return { tensors: Object.fromEntries(tensors), metadata: metadata as Record<string, string> }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const foreign = new Error('its header is not JSON: not a safetensors file')
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw foreign
  }
  if (!isRecord(header)) throw foreign
  return header
}

function parseEntry(name: string, entry: unknown): { shape: number[]; from: number; to: number } {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {}
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
    throw new Error(`its header describes ${name} as ${JSON.stringify(entry)}: it is damaged`)
  if (dtype !== 'F32') throw new Error(`${name} is of type ${dtype}; only F32 is read`)
  const [from, to] = offsets as [number, number]
  const size = shape.reduce((product, axis) => product * axis, 4)
  if (to - from !== size) throw new Error(`${name} has ${to - from} bytes, but its shape [${shape}] takes ${size}: it is damaged`)
  return { shape, from, to }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(count => Number.isSafeInteger(count) && count >= 0)
}
