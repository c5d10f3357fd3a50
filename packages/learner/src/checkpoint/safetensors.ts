/** A named array as the format stores it: float32, row by row. */
export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, StoredTensor>>
  readonly metadata: Readonly<Record<string, string>>
}

interface HeaderEntry {
  dtype: string
  shape: number[]
  data_offsets: [number, number]
}

const lengthBytes = 8

/**
 * Writes the safetensors format: the header's length (8 bytes), a JSON header, and the values one after the other.
 *
 * Source: the format's description at https://huggingface.co/docs/safetensors
 */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + values.byteLength] }
    end += values.byteLength
  }
  const json = JSON.stringify(header)
  const text = new TextEncoder().encode(
    json.padEnd(json.length + ((lengthBytes - (byteLength(json) % lengthBytes)) % lengthBytes)),
  )
  const bytes = new Uint8Array(lengthBytes + text.length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, lengthBytes)
  let at = lengthBytes + text.length
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
  const headerLength = bytes.length >= lengthBytes ? Number(view.getBigUint64(0, true)) : Number.NaN
  const start = lengthBytes + headerLength
  if (!(start <= bytes.length))
    throw new Error(`it has ${bytes.length} bytes, too few for its header: truncated, or not a safetensors file`)
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(lengthBytes, start))
  const tensors: Record<string, StoredTensor> = {}
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries as Record<string, HeaderEntry>)) {
    if (dtype !== 'F32') throw new Error(`${name} is of type ${dtype}; only F32 is read`)
    if (start + to > bytes.length) {
      throw new Error(`${name} ends at byte ${start + to}, but the file has ${bytes.length}: it is truncated`)
    }
    // A copy, because the values need not begin at a multiple of 4 bytes (nor does a Buffer's own slice copy).
    tensors[name] = { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer) }
  }
  return { tensors, metadata: metadata as Record<string, string> }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Error('its header is not JSON: not a safetensors file')
  }
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
