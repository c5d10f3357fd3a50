import { checkCount, checkOptions, kind, plainError, rangeError, show, typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import { requireShape, sizeOf } from './check.js'
import { Staging } from './staging.js'

/** The arrays of numbers of one kind that samples may lie in. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Uint8ClampedArray

/** Whether it is one: a view of numbers, which a DataView and arrays of bigints are not. */
export function isTypedArray(value: unknown): value is TypedArray {
  return (
    ArrayBuffer.isView(value) && !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  )
}

/** What a `Column` is given: the shape of a sample, what its values are multiplied by, and their kind as a tensor. */
export interface ColumnOptions {
  /** Shape of one sample as stored, without the batch axis. Default [], one number a sample. */
  shape?: readonly number[] | undefined
  /** Factor applied while a batch is gathered, such as 1 / 255 for bytes. Default 1. */
  scale?: number | undefined
  /** Repeats a single last axis this often while a batch is gathered: grey to RGB is 3. Default 1. */
  channels?: number | undefined
  /** Of the tensors. Default int32 for an Int32Array that is not scaled, float32 for all others. */
  dtype?: 'float32' | 'int32' | undefined
}

/**
 * One input or target of a data set: samples of one shape, one after the other in a typed array. The array is kept as it
 * is (not copied) and converted batch by batch, so a byte per pixel stays a byte.
 *
 * @throws TypeError when the data is no typed array of numbers, or for an unknown option; RangeError when it is no whole number of samples, when the shape does
 * not end in 1 although `channels` asks to repeat it, or when an int32 column is scaled by a fraction.
 *
 * @example
 * const images = new Column(bytes, { shape: [28, 28, 1], scale: 1 / 255 }) // float32 [n, 28, 28, 1] in [0, 1]
 */
export class Column {
  static readonly name: string = 'Column'
  readonly data: TypedArray
  /** Samples. */
  readonly length: number
  /** Shape of one sample in a batch, without the batch axis. */
  readonly shape: number[]
  readonly dtype: 'float32' | 'int32'
  readonly #numbers: number
  readonly #scale: number
  readonly #channels: number
  readonly #staging = new Staging()

  constructor(data: TypedArray, options: ColumnOptions = {}) {
    if (!isTypedArray(data))
      throw typeError('not-numbers', `The data of a column is ${show(data)}; expected a typed array, such as a Float32Array.`)
    checkOptions<ColumnOptions>('Column', options, {
      ...{ shape: kind.any, scale: kind.any, channels: kind.number, dtype: kind.choice('float32', 'int32') },
    })
    const { shape = [], scale = 1, channels = 1 } = options
    const { dtype = data instanceof Int32Array && scale === 1 ? 'int32' : 'float32' } = options
    requireShape('shape', shape)
    checkCount('channels', channels, 1)
    if (!Number.isFinite(scale)) throw rangeError('number-range', `scale is ${show(scale)}; expected a finite number.`)
    if (dtype === 'int32' && !Number.isInteger(scale))
      throw rangeError(
        'integer-scale',
        `scale is ${scale}, but the dtype int32 has no fractions: every value would be cut. Use the dtype float32.`,
      )
    if (channels > 1 && shape.at(-1) !== 1) {
      throw rangeError(
        'channels',
        `channels is ${channels}, but the shape [${shape}] does not end in 1: only a single channel can be repeated.`,
      )
    }
    this.length = data.length / sizeOf(shape)
    if (!Number.isInteger(this.length)) {
      throw rangeError(
        'uneven-samples',
        `An array of ${data.length} values does not divide into samples of shape [${shape}], which take ${sizeOf(shape)} values each.`,
      )
    }
    this.data = data
    this.#numbers = data.length
    this.shape = channels > 1 ? [...shape.slice(0, -1), channels] : [...shape]
    this.dtype = dtype
    this.#scale = scale
    this.#channels = channels
  }

  /**
   * The samples of these indices as a new tensor [indices.length, ...shape].
   *
   * @throws RangeError when there is no sample of an index; Error when the array has been transferred, to a worker, say.
   */
  gather(indices: Int32Array): Tensor {
    if (this.data.length !== this.#numbers)
      throw plainError(
        'array-gone',
        `The ${this.data.constructor.name} of ${this.#numbers} numbers that this data was made from now has ${this.data.length}: its buffer ` +
          'was transferred, to a worker, say, or resized. The data uses the array itself: hand on a copy, array.slice().',
      )
    if (!isTypedArray(indices))
      throw typeError('wrong-argument', `Samples are gathered by their indices, an Int32Array, but got ${show(indices)}.`)
    for (const index of indices) {
      if (!(index >= 0 && index < this.length))
        throw rangeError('no-such-sample', `There is no sample ${index}: the column has ${this.length}, numbered from 0.`)
    }
    const size = sizeOf(this.shape)
    return this.#staging.tensor([indices.length, ...this.shape], this.dtype, values => {
      if (this.#scale === 1 && this.#channels === 1) this.#copy(indices, values, size)
      else this.#expand(indices, values, size / this.#channels)
    })
  }

  #copy(indices: Int32Array, values: Float32Array | Int32Array, size: number): void {
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i]! * size
      if (size === 1) values[i] = this.data[start]!
      else values.set(this.data.subarray(start, start + size), i * size)
    }
  }

  /** The loops are apart because each of them, asked about the number of channels at every value, takes half as long again. */
  #expand(indices: Int32Array, values: Float32Array | Int32Array, size: number): void {
    const { data } = this
    const scale = this.#scale
    const channels = this.#channels
    let to = 0
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i]! * size
      const end = start + size
      if (channels === 1) {
        for (let from = start; from < end; from++, to++) values[to] = data[from]! * scale
      } else if (channels === 3) {
        for (let from = start; from < end; from++, to += 3) {
          const value = data[from]! * scale
          values[to] = value
          values[to + 1] = value
          values[to + 2] = value
        }
      } else {
        for (let from = start; from < end; from++, to += channels) values.fill(data[from]! * scale, to, to + channels)
      }
    }
  }
}
