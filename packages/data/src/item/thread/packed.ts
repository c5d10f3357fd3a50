import type { Encoded, EncodedSample } from '../item-encoder.js'

/** Samples, or errors in their places, whose numbers lie in one buffer: it goes to another thread without being copied. */
export interface Packed {
  readonly buffer: ArrayBuffer
  readonly samples: readonly (PackedSample | Error)[]
}

type PackedSample = Readonly<Record<'xs' | 'ys', readonly PackedNumbers[]>>

interface PackedNumbers extends Omit<Encoded, 'values'> {
  readonly type: 'float32' | 'int32' | 'uint8'
  /** Where they begin in the buffer, in bytes. */
  readonly at: number
  readonly length: number
}

/** The samples stay as they are: others may have the same numbers. */
export function pack(samples: readonly (EncodedSample | Error)[]): Packed {
  const all = samples.flatMap(sample => (sample instanceof Error ? [] : [...sample.xs, ...sample.ys]))
  const bytes = new Uint8Array(all.reduce((sum, { values }) => sum + roomFor(values), 0))
  let end = 0
  const put = ({ values, ...rest }: Encoded): PackedNumbers => {
    const at = end
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    end += roomFor(values)
    const type = values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'uint8'
    return { ...rest, type, at, length: values.length }
  }
  const packed = samples.map(sample => (sample instanceof Error ? sample : { xs: sample.xs.map(put), ys: sample.ys.map(put) }))
  return { buffer: bytes.buffer, samples: packed }
}

export function unpack({ buffer, samples }: Packed): (EncodedSample | Error)[] {
  const types = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }
  const numbers = ({ type, at, length, ...rest }: PackedNumbers): Encoded => ({
    ...rest,
    values: new types[type](buffer, at, length),
  })
  return samples.map(sample => (sample instanceof Error ? sample : { xs: sample.xs.map(numbers), ys: sample.ys.map(numbers) }))
}

/** Bytes that numbers take, so that those behind them begin where numbers of four bytes may. */
function roomFor({ byteLength }: Encoded['values']): number {
  return Math.ceil(byteLength / 4) * 4
}
