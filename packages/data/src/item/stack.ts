import { rangeError, typeError } from '@onecycle/platform'
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { sizeOf } from '../check.js'
import { Staging } from '../staging.js'
import type { Encoded } from './item-encoder.js'
import { scaled } from './scaled.js'

/** One input or target of the samples of a batch, one after the other in a tensor. */
export class Stack {
  readonly #shape: readonly number[]
  readonly #dtype: 'float32' | 'int32'
  readonly #varies: boolean
  readonly #staging = new Staging()

  /** @param varies whether batches may have other shapes: those of a batch have one in any case */
  constructor(shape: readonly number[], dtype: 'float32' | 'int32', varies: boolean) {
    this.#shape = shape
    this.#dtype = dtype
    this.#varies = varies
  }

  /** Whether samples counted, as weights. */
  static flags(counted: readonly boolean[]): Tensor {
    return tensor1d(counted.map(Number), 'float32')
  }

  /** A sample of zeros. */
  sample(): Encoded {
    const size = sizeOf(this.#shape)
    return { values: this.#dtype === 'int32' ? new Int32Array(size) : new Float32Array(size), shape: this.#shape }
  }

  /**
   * @param samples undefined for one that could not be read: zeros
   * @throws RangeError when one has another shape, with its name
   */
  tensor(samples: readonly (Encoded | undefined)[], name: (sample: number) => string): Tensor {
    const shape = this.#varies ? (samples.find(sample => sample)?.shape ?? this.#shape) : this.#shape
    const size = sizeOf(shape)
    for (const [i, sample] of samples.entries()) {
      if (!sample) continue
      if (sample.shape.length !== shape.length || sample.shape.some((side, axis) => side !== shape[axis]))
        throw rangeError(
          'shapes-differ',
          `${name(i)} has the shape [${sample.shape}], others have [${shape}]: samples of one batch have one shape. For pictures give a size.`,
        )
      if (sample.values.length !== size)
        throw rangeError(
          'shapes-differ',
          `${name(i)} has ${sample.values.length} values for the shape [${shape}]; expected ${size}.`,
        )
      if (dtypeOf(sample) !== this.#dtype)
        throw typeError('shapes-differ', `${name(i)} has values of the type ${dtypeOf(sample)}, others of ${this.#dtype}.`)
    }
    return this.#staging.tensor([samples.length, ...shape], this.#dtype, values => {
      for (const [i, sample] of samples.entries()) {
        if (!sample) values.fill(0, i * size, (i + 1) * size)
        else if ((sample.scale ?? 1) === 1) values.set(sample.values, i * size)
        else scaled(sample.values, sample.scale!, values, i * size)
      }
    })
  }
}

export function dtypeOf({ values }: Encoded): 'float32' | 'int32' {
  return values instanceof Int32Array ? 'int32' : 'float32'
}
