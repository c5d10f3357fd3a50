import type { Batch, BatchSource, BatchStream, LoaderState } from '@onecycle/data'
import { disposeOf } from '@onecycle/data/internal'
import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core'

/** The first samples of a stream, in the order of its data set; the stream stays where it is. */
export class Beginning implements BatchSource, AsyncIterable<Batch> {
  static readonly name: string = 'Beginning'
  readonly batchSize: number
  readonly length: number
  readonly samples: number
  readonly #stream: BatchStream

  constructor(stream: BatchStream, samples: number) {
    this.#stream = stream
    this.samples = Math.min(samples, stream.samples)
    this.batchSize = Math.min(stream.batchSize, this.samples)
    this.length = Math.ceil(this.samples / this.batchSize)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const before = this.#stream.inOrder ? undefined : this.#stream.state()
    let left = this.samples
    try {
      for await (const batch of (this.#stream.inOrder?.() ?? this.#stream) as AsyncIterable<Batch>) {
        yield left < batch.size ? cut(batch, left) : batch
        left -= batch.size
        if (left <= 0) return
      }
    } finally {
      if (before) this.#stream.restore(before)
    }
  }

  inOrder(): this {
    return this
  }

  state(): LoaderState {
    return this.#stream.state()
  }

  restore(state: LoaderState): void {
    this.#stream.restore(state)
  }
}

/** The first samples of a batch, which is disposed. */
function cut(batch: Batch, size: number): Batch {
  const first = <T>(tensors: T): T => {
    const parts = tidy(() => ([tensors].flat() as unknown as Tensor[]).map(tensor => slice(tensor, 0, size)))
    return (Array.isArray(tensors) ? parts : parts[0]) as T
  }
  const { xs, ys, weights } = batch
  const beginning = { ...batch, size, xs: first(xs), ys: first(ys), ...(weights && { weights: first(weights) }) }
  disposeOf(batch)
  return beginning
}
