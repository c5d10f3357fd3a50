import { checkCount, checkKeys, show } from '@onecycle/platform'
import { cast, dispose, Tensor } from '@tensorflow/tfjs-core'
import type { Batch, BatchSource, LoaderState, Tensors } from '../batch.js'
import type { TypedArray } from '../column.js'
import { checkLabels } from '../target.js'

/** A batch as `tf.data` and `model.fitDataset` have it: inputs and targets with the batch as first axis. */
export interface TfBatch {
  xs: Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>
  ys: Tensor
}

/**
 * What the stream needs of a `tf.data.Dataset`, whose elements must be {@link TfBatch}es: its type does not say. An async iterable
 * will do as well, if it can be iterated again and again.
 */
export type TfDataSource =
  | { iterator(): Promise<{ next(): Promise<IteratorResult<unknown, unknown>> }>; readonly size?: number | null }
  | AsyncIterable<TfBatch>

export interface TfDataOptions {
  /** Samples in a full batch, as given to the source's own `batch`. */
  bs: number
  /** Batches in a pass. Default the source's size; must be given where it has none. */
  length?: number | undefined
  /** Number of classes: says that the targets are labels, which `tf.data` gives as floats. Each batch of them is checked. */
  c?: number | undefined
}

/**
 * The batches of a `tf.data.Dataset`. Slower than a {@link DataLoader} by orders of magnitude for small samples, since
 * each sample becomes a tensor first; use it for data that does not fit in memory. Its random order belongs to the
 * source: {@link restore} skips the batches that had been handed out, and cannot bring an earlier order back.
 *
 * @throws RangeError when the number of batches is neither given nor known, the source ends before it, or a label is no class;
 * TypeError when an element is not `{ xs, ys }`, or for an unknown option.
 */
export class TfDataStream implements BatchSource, AsyncIterable<Batch> {
  readonly batchSize: number
  readonly length: number
  /** At most this many: the last batch may be smaller. */
  readonly samples: number
  readonly #source: TfDataSource
  readonly #c: number | undefined
  #resumeAt = 0
  #pass: { position: number } | undefined

  constructor(source: TfDataSource, options: TfDataOptions) {
    checkKeys('TfDataStream', options, ['bs', 'length', 'c'])
    const { bs, length, c } = options
    checkCount('bs', bs, 1)
    if (!source || !('iterator' in source || Symbol.asyncIterator in source)) {
      throw new TypeError(`${show(source)} is no source of batches; expected a tf.data.Dataset or an async iterable.`)
    }
    const size = length ?? ('size' in source ? source.size : undefined)
    if (size === undefined || size === null || size === Number.POSITIVE_INFINITY) {
      throw new RangeError('The source does not know how many batches one pass has; give length.')
    }
    checkCount('length', size, 1)
    this.batchSize = bs
    this.length = size
    this.samples = size * bs
    this.#source = source
    this.#c = c
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const skip = this.#resumeAt
    const pass = { position: 0 }
    this.#resumeAt = 0
    this.#pass = pass
    const iterator = 'iterator' in this.#source ? await this.#source.iterator() : this.#source[Symbol.asyncIterator]()
    try {
      while (pass.position < this.length) {
        const { value, done } = await iterator.next()
        if (done)
          throw new RangeError(
            pass.position === 0
              ? 'The source gave no batch. One that can be iterated only once, such as a generator, will not do: pass an object ' +
                  'whose [Symbol.asyncIterator]() begins anew.'
              : `The source ended after ${pass.position} batches; expected ${this.length}. Set length to what it has.`,
          )
        const batch = await toBatch(value as TfBatch, this.#c)
        if (pass.position++ < skip) dispose([batch.xs, batch.ys].flat())
        else yield batch
      }
    } finally {
      if (this.#pass === pass) this.#pass = undefined
      if ('return' in iterator) await iterator.return?.()
    }
  }

  state(): LoaderState {
    const { batchSize, samples } = this
    return { batchSize, samples, position: this.#pass?.position ?? this.#resumeAt, sampler: null }
  }

  restore(state: LoaderState): void {
    if (state?.batchSize !== this.batchSize) {
      throw new RangeError(`The state ${show(state)} does not fit a source of batches of ${this.batchSize}.`)
    }
    checkCount('position', state.position, 0, this.length)
    this.#resumeAt = state.position
    this.#pass = undefined
  }
}

async function toBatch(element: TfBatch, c: number | undefined): Promise<Batch> {
  const { xs, ys } = element ?? {}
  const inputs: Tensors = xs instanceof Tensor ? xs : Object.values(xs ?? {})
  const all: unknown[] = [inputs, ys].flat()
  try {
    if (all.length < 2 || !all.every(part => part instanceof Tensor))
      throw new TypeError(`The source gave ${describe(element)}; expected { xs, ys }: tensors with the batch as first axis.`)
    const size = ys.shape[0]
    if (size === undefined || all.some(part => (part as Tensor).shape[0] !== size))
      throw new RangeError(
        `The source gave a batch of shapes ${show(all.map(part => (part as Tensor).shape))}; expected the same number of samples as the ` +
          'first axis of all.',
      )
    if (c === undefined) return { xs: inputs, ys, size }
    checkLabels((await ys.data()) as TypedArray, c, 'a batch of the source')
    const labels = cast(ys, 'int32')
    ys.dispose()
    return { xs: inputs, ys: labels, size }
  } catch (error) {
    dispose(all.filter(part => part instanceof Tensor))
    throw error
  }
}

/** What an element is made of, by name. */
function describe(element: unknown): string {
  if (typeof element !== 'object' || element === null) return show(element)
  const part = (value: unknown) => (value instanceof Tensor ? `tensor [${value.shape}]` : show(value))
  return `{ ${Object.entries(element)
    .map(([key, value]) => `${key}: ${part(value)}`)
    .join(', ')} }`
}
