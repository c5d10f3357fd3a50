import { awaitHint, checkCount, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import { cast, dispose, Tensor, type Tensor1D } from '@tensorflow/tfjs-core'
import { type Batch, type BatchSource, disposeOf, type LoaderState } from '../batch.js'
import { inOrderOf, namesOf, oneTarget } from '../by-name.js'
import type { TypedArray } from '../column.js'
import { checkLabels, checkWeights } from '../target.js'

/**
 * A batch as `tf.data` and `model.fitDataset` have it: inputs and targets with the batch as first axis. Inputs given by name go to the
 * model's inputs of these names; a target given by name belongs to the output of that name.
 */
export interface TfBatch {
  xs: Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>
  ys: Tensor | Readonly<Record<string, Tensor>>
  /** How much each sample counts, [batch]. Each batch of them is checked. */
  weights?: Tensor | undefined
}

/**
 * What the stream needs of a `tf.data.Dataset`, whose elements must be {@link TfBatch}es: its type does not say. An async iterable
 * will do as well, if it can be iterated again and again.
 */
export type TfDataSource =
  | { iterator(): Promise<{ next(): Promise<IteratorResult<unknown, unknown>> }>; readonly size?: number | null }
  | AsyncIterable<TfBatch>

/** What a stream of a `tf.data.Dataset` is given: batch size and length, where the data set does not say them, and which names are what. */
export interface TfDataOptions {
  /** Samples in a full batch, as given to the source's own `batch`. */
  bs: number
  /** Batches in a pass. Default the source's size; must be given where it has none. */
  length?: number | undefined
  /** Number of classes: says that the targets are labels, which `tf.data` gives as floats. Each batch of them is checked. */
  c?: number | undefined
  /** Names of the inputs, in the order that batches are to have. Default: as the first batch has them, if it has. */
  inputNames?: readonly string[] | undefined
  /** Name of the target, where it comes by name. Default: that of the first batch. */
  targetName?: string | undefined
}

interface Names {
  readonly inputNames?: readonly string[] | undefined
  readonly targetName?: string | undefined
}

/** How messages call an element. */
const anElement = 'a batch of the source'

/**
 * The batches of a `tf.data.Dataset`. Slower than a {@link DataLoader} by orders of magnitude for small samples, since
 * each sample becomes a tensor first; use it for data that does not fit in memory. Its random order belongs to the
 * source: {@link restore} skips the batches that had been handed out, and cannot bring an earlier order back.
 *
 * @throws RangeError when the number of batches is neither given nor known, the source ends before it, or a label is no class;
 * TypeError when an element is not `{ xs, ys }`, or for an unknown option; both when names change from batch to batch.
 * @example
 * const batches = [{ xs: tf.ones([8, 2]), ys: tf.zeros([8, 1]) }]
 * const stream = new TfDataStream({ [Symbol.asyncIterator]: async function* () { yield* batches } }, { bs: 8, length: 1 })
 * for await (const { xs, size } of stream) console.log(xs, size)
 */
export class TfDataStream implements BatchSource, AsyncIterable<Batch> {
  static readonly name: string = 'TfDataStream'
  readonly batchSize: number
  readonly length: number
  /** At most this many: the last batch may be smaller. */
  readonly samples: number
  readonly #source: TfDataSource
  readonly #c: number | undefined
  #names: Names | undefined
  #resumeAt = 0
  #pass: { position: number } | undefined

  constructor(source: TfDataSource, options: TfDataOptions) {
    checkOptions<TfDataOptions>('TfDataStream', options, {
      ...{ bs: kind.number, length: kind.number, c: kind.number },
      ...{ inputNames: kind.listOf(kind.string), targetName: kind.string },
    })
    const { bs, length, c, inputNames, targetName } = options
    checkCount('bs', bs, 1)
    if (typeof source !== 'object' || source === null || !('iterator' in source || Symbol.asyncIterator in source)) {
      throw typeError(
        'not-a-stream',
        `${show(source)} is no source of batches; expected a tf.data.Dataset or an async iterable.${awaitHint(source)}`,
      )
    }
    const size = length ?? ('size' in source ? source.size : undefined)
    if (size === undefined || size === null || size === Number.POSITIVE_INFINITY) {
      throw rangeError('stream-length', 'The source does not know how many batches one pass has; give length.')
    }
    checkCount('length', size, 1)
    this.batchSize = bs
    this.length = size
    this.samples = size * bs
    this.#source = source
    this.#c = c
    if (inputNames || targetName !== undefined) this.#names = { inputNames, targetName }
  }

  /** Names of the inputs, in the order that batches have them; undefined where there are none, or no batch was read yet. */
  get inputNames(): readonly string[] | undefined {
    return this.#names?.inputNames
  }

  /** Name of the output that the targets belong to; undefined as {@link inputNames} is. */
  get targetName(): string | undefined {
    return this.#names?.targetName
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
          throw rangeError(
            'stream-length',
            pass.position === 0
              ? 'The source gave no batch. One that can be iterated only once, such as a generator, will not do: pass an object ' +
                  'whose [Symbol.asyncIterator]() begins anew.'
              : `The source ended after ${pass.position} batches; expected ${this.length}. Set length to what it has.`,
          )
        const batch = await this.#batch(value as TfBatch)
        if (pass.position++ < skip) disposeOf(batch)
        else yield batch
      }
    } finally {
      if (this.#pass === pass) this.#pass = undefined
      if ('return' in iterator) await iterator.return?.()
    }
  }

  /** The tensors of an element; inputs in the order of the names, which the first element decides where nobody has. */
  async #batch(element: TfBatch): Promise<Batch> {
    const { xs, ys, weights } = element ?? {}
    const all: unknown[] = [xs, ys, weights].flatMap(part => (part instanceof Tensor ? part : Object.values(part ?? {})))
    try {
      const { y, targetName } = oneTarget(ys)
      this.#names ??= { inputNames: namesOf(xs), targetName }
      const { inputNames } = this.#names
      if (targetName !== this.#names.targetName)
        throw rangeError(
          'names-differ',
          `The target of ${anElement} is called ${show(targetName)}, but that of the data ${show(this.#names.targetName)}.`,
        )
      const ordered = inOrderOf(inputNames, xs, anElement, 'the data')
      const inputs = ordered instanceof Tensor ? ordered : (Object.values(ordered ?? {}) as Tensor[])
      const size = sizeOf(element, [inputs, y].flat())
      if (weights !== undefined) await requireWeights(weights, size)
      const batch = { xs: inputs, size, inputNames, ...(weights && { weights: weights as Tensor1D }) }
      if (this.#c === undefined) return { ...batch, ys: y }
      checkLabels((await y.data()) as TypedArray, this.#c, anElement)
      const labels = cast(y, 'int32')
      y.dispose()
      return { ...batch, ys: labels }
    } catch (error) {
      dispose(all.filter(part => part instanceof Tensor))
      throw error
    }
  }

  inOrder(): TfDataStream {
    return new TfDataStream(this.#source, { bs: this.batchSize, length: this.length, c: this.#c, ...this.#names })
  }

  state(): LoaderState {
    const { batchSize, samples } = this
    return { batchSize, samples, position: this.#pass?.position ?? this.#resumeAt, sampler: null }
  }

  restore(state: LoaderState): void {
    if (state?.batchSize !== this.batchSize) {
      throw rangeError('state-mismatch', `The state ${show(state)} does not fit a source of batches of ${this.batchSize}.`)
    }
    checkCount('position', state.position, 0, this.length)
    this.#resumeAt = state.position
    this.#pass = undefined
  }
}

async function requireWeights(weights: unknown, size: number): Promise<void> {
  if (!(weights instanceof Tensor) || weights.dtype !== 'float32' || weights.rank !== 1 || weights.shape[0] !== size)
    throw rangeError(
      'sample-weights',
      `The source gave the weights ${show(weights)}; expected a float32 tensor [${size}], one number for each sample.`,
    )
  checkWeights((await weights.data()) as TypedArray, anElement)
}

/** How many samples the tensors of an element have. */
function sizeOf(element: TfBatch, all: readonly unknown[]): number {
  if (all.length < 2 || !all.every(part => part instanceof Tensor))
    throw typeError(
      'stream-batch',
      `The source gave ${describe(element)}; expected { xs, ys }: tensors with the batch as first axis.`,
    )
  const size = all.at(-1)?.shape[0]
  if (size === undefined || all.some(part => part.shape[0] !== size))
    throw rangeError(
      'stream-batch',
      `The source gave a batch of shapes ${show(all.map(part => part.shape))}; expected the same number of samples as the ` +
        'first axis of all.',
    )
  return size
}

/** What an element is made of, by name. */
function describe(element: unknown): string {
  if (typeof element !== 'object' || element === null) return show(element)
  const part = (value: unknown) => (value instanceof Tensor ? `tensor [${value.shape}]` : show(value))
  return `{ ${Object.entries(element)
    .map(([key, value]) => `${key}: ${part(value)}`)
    .join(', ')} }`
}
