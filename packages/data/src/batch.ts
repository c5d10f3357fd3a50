import { dispose, type Tensor } from '@tensorflow/tfjs-core'

/** One tensor, or several for a model with several inputs. */
export type Tensors = Tensor | Tensor[]

/** Some samples, stacked along the first axis. The tensors belong to whoever takes the batch, who disposes them. */
export interface Batch {
  /** Inputs, each [size, ...sample shape]. */
  xs: Tensors
  /**
   * Class labels as int32 [size, ...target shape], or values as float32 of that shape; a list where there are several targets, an empty one
   * where there are none.
   */
  ys: Tensors
  /** How much each sample counts in loss and metrics, float32 [size], or each step or pixel, [size, ...], where the data says so. */
  weights?: Tensor | undefined
  /** Number of samples. */
  size: number
  /** Names of the inputs, in the order of `xs`, where they have any. */
  inputNames?: readonly string[] | undefined
  /** Names of the targets, in the order of `ys`, where there are several. */
  targetNames?: readonly string[] | undefined
}

/** Whether a stream can be read without waiting. */
export function isSynchronous(stream: BatchStream): stream is BatchSource & Iterable<Batch> {
  return Symbol.iterator in stream && !stream.asynchronous
}

/** Disposes what a batch holds. */
export function disposeOf({ xs, ys, weights }: Batch): void {
  dispose([xs, ys, weights ?? []].flat())
}

/** Where a stream stands, so that a run can go on exactly from there. JSON-serializable. */
export interface LoaderState {
  /** Samples in a full batch, and in one pass; of all processes together, where several train as one. */
  readonly batchSize: number
  readonly samples: number
  /** Batches already handed out of the pass that {@link sampler} starts. */
  readonly position: number
  /** The sampler's own state, as it was when the pass began. */
  readonly sampler: unknown
  /** Passes that began before it: what is drawn at random for a sample is drawn anew in each. Default 0. */
  readonly pass?: number | undefined
}

/**
 * Batches of one pass over the data, as often as asked: what a Learner trains on. Each iteration is one pass. Typed arrays are read
 * synchronously; `tf.data` sources, and streams that say so ({@link BatchSource.asynchronous}), by `for await` alone.
 */
export type BatchStream = BatchSource & (Iterable<Batch> | AsyncIterable<Batch>)

/** What a {@link BatchStream} knows of itself. */
export interface BatchSource {
  /** Samples in a full batch. */
  readonly batchSize: number
  /** Batches in one pass; at least 1. */
  readonly length: number
  /** Whether batches come by promises, also where there is a synchronous iterator. Default false. */
  readonly asynchronous?: boolean | undefined
  /** Samples in one pass over the data set, those that drop_last leaves out included. */
  readonly samples: number
  /**
   * Where the stream stands. Between passes: the state from which the next pass starts. During a pass: the state from
   * which it started, and how many of its batches have been handed out. A pass left early is over.
   */
  state(): LoaderState
  /**
   * Goes back to a state. The next iteration hands out the batches that were left of that pass (none, when all had been
   * handed out), and the passes after it are those that followed.
   */
  restore(state: LoaderState): void
  /**
   * A stream of its own over the same samples, for measuring: all of them, in the order of the data set, or, where the source decides
   * the order, as that gives them. Reading it does not move this one.
   */
  inOrder?(): BatchStream
  /** Indices in the data set of the samples in a batch of the pass under way, where they are known. */
  samplesOf?(batch: number): Int32Array | undefined
  /** What decides the orders; undefined where the source does, or a sampler that was not given one here. */
  readonly seed?: number | undefined
  /** Begins the orders that a new seed decides, with the next pass. A stream whose source decides the order has no such method. */
  reseed?(seed: number): void
  /**
   * The part of one of several processes that train as one, in as many batches as all of them have. The order is this stream's own, which moves with
   * it. A stream that cannot be divided has no such method.
   */
  divided?(shard: Shard): BatchStream
  /** Whether there was no sample left for this part of a batch: the one in it is another's, and is to count for nothing. */
  borrows?(batch: number): boolean
}

/** Which of several processes that train as one this is. */
export interface Shard {
  /** Its number, from 0. */
  readonly rank: number
  /** How many there are. */
  readonly size: number
  /**
   * Whether all have as many batches: where no sample of the last one is left for this process, it has one of the others', which is to count for
   * nothing, as {@link BatchSource.borrows} says. Default false.
   */
  readonly fills?: boolean | undefined
}
