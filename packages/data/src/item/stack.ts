import { rangeError, typeError } from '@onecycle/platform'
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import { sizeOf } from '../check.js'
import { Staging } from '../staging.js'
import type { Encoded } from './item-encoder.js'
import type { Run } from './samples.js'
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
   * @param count samples of the batch: zeros where no run has one
   * @throws RangeError when one has another shape, with its name
   */
  tensor(count: number, runs: readonly Placed[], name: (sample: number) => string): Tensor {
    const shape = this.#varies ? (runs[0]?.part.shape ?? this.#shape) : this.#shape
    const size = sizeOf(shape)
    let there = 0
    for (const { places, part } of runs) {
      there += places.length
      if (part.shape.length !== shape.length || part.shape.some((side, axis) => side !== shape[axis]))
        throw rangeError(
          'shapes-differ',
          `${name(places[0]!)} has the shape [${part.shape}], others have [${shape}]: samples of one batch have one shape. For pictures give a size.`,
        )
      if (part.values.length !== size * places.length)
        throw rangeError(
          'shapes-differ',
          `${name(places[0]!)} has ${part.values.length / places.length} values for the shape [${shape}]; expected ${size}.`,
        )
      if (dtypeOf(part) !== this.#dtype)
        throw typeError('shapes-differ', `${name(places[0]!)} has values of the type ${dtypeOf(part)}, others of ${this.#dtype}.`)
    }
    return this.#staging.tensor([count, ...shape], this.#dtype, values => {
      if (there < count) values.fill(0)
      for (const run of runs) put(run, values, size)
    })
  }
}

/** One input or target of samples that are alike. */
export interface Placed {
  /** Where in the batch they are, in rising order. */
  readonly places: ArrayLike<number>
  /** The numbers of all of them, and the shape of one. */
  readonly part: Encoded
}

/** One input or target of all runs. */
export function placed(runs: readonly Run[], of: 'xs' | 'ys', part: number): Placed[] {
  return runs.map(run => ({ places: run.places, part: run[of][part]! }))
}

function put({ places, part: { values, scale = 1 } }: Placed, to: Float32Array | Int32Array, size: number): void {
  const [first, { length }] = [places[0]!, places]
  const areTogether = places[length - 1] === first + length - 1
  if (scale === 1 && areTogether) to.set(values, first * size)
  else if (areTogether) scaled(values, scale, to, first * size)
  else if (scale === 1 && size === 1) for (let i = 0; i < length; i++) to[places[i]!] = values[i]!
  else for (let i = 0; i < length; i++) put({ places: [places[i]!], part: { shape: [], values: values.subarray(i * size, (i + 1) * size), scale } }, to, size) // biome-ignore format: one call
}

export function dtypeOf({ values }: Encoded): 'float32' | 'int32' {
  return values instanceof Int32Array ? 'int32' : 'float32'
}
