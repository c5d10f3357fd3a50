import { Random } from '@onecycle/platform'
import type { Picture } from '@onecycle/plot'
import { Tensor } from '@tensorflow/tfjs-core'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import type { ItemEncoder } from './item-encoder.js'
import { nameOfItem } from './name-of-item.js'
import { SampleEncoder, type SampleEncoderState } from './sample-encoder.js'
import { ItemReader } from './sample-reader.js'
import { dtypeOf, placed, Stack } from './stack.js'

export interface SampleInputsState extends SampleEncoderState {
  readonly kind: 'item'
}

/** Makes inputs of items that are read one at a time: pictures, texts, whatever a part reads. Nothing is drawn at random. */
export class SampleInputs implements ItemInputs {
  static readonly name: string = 'SampleInputs'
  readonly #encoder: SampleEncoder

  constructor(encoder: SampleEncoder) {
    this.#encoder = encoder.unlabelled()
  }

  static async restore(state: SampleInputsState): Promise<SampleInputs> {
    return new SampleInputs(await SampleEncoder.restore(state))
  }

  takes(given: unknown, inputNames: readonly string[] = []): boolean {
    const isOne = (each: unknown) => (each instanceof Tensor ? this.#isPicture(each) : isItem(each, inputNames))
    return Array.isArray(given) ? given.length > 0 && given.every(isOne) : isOne(given)
  }

  /** @throws Error that names an item which cannot be read; RangeError for samples of different shapes */
  async of(given: unknown): Promise<EncodedItems> {
    const one = !Array.isArray(given)
    const items = (one ? [given] : (given as unknown[])).map(x => ({ x }))
    const read = await new ItemReader(this.#encoder as ItemEncoder, new Random(0)).read(
      Int32Array.from(items.keys()),
      i => items[i],
      undefined,
    )
    for (const error of read.errors.values()) throw error
    const xs = read.runs[0]!.xs.map((first, part) =>
      new Stack(first.shape, dtypeOf(first), false).tensor(items.length, placed(read.runs, 'xs', part), i =>
        nameOfItem(items[i], i),
      ),
    )
    return { xs: xs.length === 1 ? xs[0]! : xs, one }
  }

  seen(values: ArrayLike<number>, shape: readonly number[]): Picture | undefined {
    return this.#encoder.x.show?.(values, shape).picture
  }

  /** A tensor that is no batch of floats as the model has them: a picture, or bytes that would be taken for such floats. */
  #isPicture({ rank, dtype }: Tensor): boolean {
    return this.#encoder.x.kind === 'image' && (rank === 3 || (rank === 4 && dtype === 'int32'))
  }

  state(): SampleInputsState | undefined {
    return this.#encoder.kind === undefined ? undefined : { kind: 'item', ...this.#encoder.state() }
  }
}

/** Whether something is neither numbers nor inputs by the names of a model. */
function isItem(given: unknown, inputNames: readonly string[]): boolean {
  if (typeof given === 'string' || given instanceof Uint8Array) return true
  if (typeof given !== 'object' || given === null || ArrayBuffer.isView(given)) return false
  if (Array.isArray(given)) return false
  const names = Object.keys(given)
  return names.length === 0 || !names.every(name => inputNames.includes(name))
}
