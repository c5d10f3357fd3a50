import type { Encoded, EncodedSample } from '../item-encoder.js'
import { scaled } from '../scaled.js'

/**
 * Samples, or errors in their places, whose numbers lie in one buffer: it goes to another thread without being copied. They are scaled already, so that
 * the other thread need not do it.
 */
export interface Packed {
  readonly buffer: ArrayBuffer
  readonly count: number
  readonly errors: ReadonlyMap<number, Error>
  /** Those of the errors: what is sent to another thread loses its own. */
  readonly codes: ReadonlyMap<number, string>
  /** Each input and each target of those that are none. */
  readonly xs: readonly PackedPart[]
  readonly ys: readonly PackedPart[]
}

/** Of one sample after the other; of the first alone where all are alike, as they mostly are: what is small goes quickly. */
type PackedPart = readonly PackedNumbers[]

interface PackedNumbers {
  readonly shape: readonly number[]
  readonly type: keyof typeof types
  /** Where they begin in the buffer, in bytes. */
  readonly at: number
  readonly length: number
}

const types = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }

/**
 * The samples stay as they are: others may have the same numbers.
 *
 * @param spare a buffer to use, where it is large enough
 */
export function pack(samples: readonly (EncodedSample | Error)[], spare?: ArrayBuffer): Packed {
  const errors = new Map([...samples.entries()].filter((entry): entry is [number, Error] => entry[1] instanceof Error))
  const codes = new Map([...errors].flatMap(([i, error]) => ('code' in error ? [[i, String(error.code)]] : [])))
  const read = samples.filter((sample): sample is EncodedSample => !(sample instanceof Error))
  const room = read.reduce((sum, { xs, ys }) => sum + [...xs, ...ys].reduce((sum, each) => sum + bytesOf(each) + 3, 0), 0)
  const buffer = spare && spare.byteLength >= room ? spare : new ArrayBuffer(room)
  let end = 0
  const put = (encoded: Encoded): PackedNumbers => {
    const { values, shape, scale = 1 } = encoded
    const type = typeOf(encoded)
    const { BYTES_PER_ELEMENT: each } = types[type]
    const at = Math.ceil(end / each) * each
    const numbers = new types[type](buffer, at, values.length)
    if (scale === 1) numbers.set(values)
    else scaled(values, scale, numbers, 0)
    end = at + numbers.byteLength
    return { type, at, length: values.length, shape }
  }
  const parts = (of: 'xs' | 'ys') =>
    (read[0]?.[of] ?? []).map((_, part) => {
      const packed = read.map(sample => put(sample[of][part]!))
      return packed.every(each => isLike(each, packed[0]!)) ? packed.slice(0, 1) : packed
    })
  return { buffer, count: samples.length, errors, codes, xs: parts('xs'), ys: parts('ys') }
}

export function unpack({ buffer, count, errors, codes, xs, ys }: Packed): (EncodedSample | Error)[] {
  let next = 0
  const numbers = (part: PackedPart, sample: number): Encoded => {
    const { type, at, length, shape } = part.length === 1 ? part[0]! : part[sample]!
    const begin = part.length === 1 ? at + sample * length * types[type].BYTES_PER_ELEMENT : at
    return { shape, values: new types[type](buffer, begin, length) }
  }
  return Array.from({ length: count }, (_, i) => {
    const error = errors.get(i)
    if (error) return codes.has(i) ? Object.assign(error, { code: codes.get(i) }) : error
    const sample = next++
    return { xs: xs.map(part => numbers(part, sample)), ys: ys.map(part => numbers(part, sample)) }
  })
}

function isLike(one: PackedNumbers, other: PackedNumbers): boolean {
  const { type, length, shape } = other
  const isSame = one.type === type && one.length === length && one.shape.length === shape.length
  return isSame && one.shape.every((side, axis) => side === shape[axis])
}

/** Bytes that are scaled are floats. */
function typeOf({ values, scale = 1 }: Encoded): PackedNumbers['type'] {
  if (values instanceof Int32Array) return 'int32'
  return values instanceof Float32Array || scale !== 1 ? 'float32' : 'uint8'
}

function bytesOf(encoded: Encoded): number {
  return encoded.values.length * types[typeOf(encoded)].BYTES_PER_ELEMENT
}
