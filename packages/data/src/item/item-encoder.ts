import type { Random } from '@onecycle/platform'
import type { Head } from '../target.js'

/** The numbers of one input or one target of a sample. Bytes and floats become float32, an Int32Array stays int32. */
export interface Encoded {
  readonly values: Float32Array | Int32Array | Uint8Array
  /** Without the batch axis; [] for a single number. */
  readonly shape: readonly number[]
  /** Factor that values are multiplied by when they are put into a batch, such as 1 / 255 for bytes. Default 1. */
  readonly scale?: number | undefined
}

/** What a batch has of one sample. */
export interface EncodedSample {
  readonly xs: readonly Encoded[]
  /** None where it is only predicted. */
  readonly ys: readonly Encoded[]
}

/**
 * Makes numbers of an item, in two steps. What has a `kind` and a state that is plain JSON can be made again elsewhere: in a worker thread, and of an
 * export.
 */
export interface ItemEncoder<Item = unknown, Loaded = unknown> {
  /** The kind that `restoreEncoder` knows it by; undefined for what works on this thread alone, such as a person's own function. */
  readonly kind?: string | undefined
  /** What the targets are; undefined where there are none. */
  readonly head?: Head | undefined
  /** Names of the inputs, where they have any. */
  readonly inputNames?: readonly string[] | undefined
  /** Whether it takes so long that worker threads pay, as with pictures. Default false. */
  readonly slow?: boolean | undefined
  /** Plain JSON. */
  state?(): unknown
  /** The part of the state that decides what `load` gives, which a cache goes by. Default: all of it. */
  loading?(): unknown
  /** Reads and decodes: the same each time, and what a cache may keep. Of plain arrays and numbers, so that it can cross to another thread. */
  load(item: Item): Loaded | Promise<Loaded>
  /** @param random decides what is drawn for this sample in this pass; left out where it is to be as it is. Must leave `loaded` as it was. */
  encode(loaded: Loaded, random?: Random): EncodedSample | Promise<EncodedSample>
  /** Gives samples of different shapes one shape, by padding, say: those of a batch. Without it all samples have to have the same. */
  collate?(samples: readonly EncodedSample[]): readonly EncodedSample[]
}
