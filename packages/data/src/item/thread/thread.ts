import type { RandomState } from '@onecycle/platform'
import type { Cache } from '../cache/remembering.js'
import type { KindState } from '../restore.js'
import type { Packed } from './packed.js'

/** A worker thread, in Node or of a page. */
export interface Thread {
  post(message: ToThread, transfer?: ArrayBuffer[]): void
  /** Whether the process is to stay for it. */
  keepAlive(alive: boolean): void
  end(): void
}

/** What is told of a thread. */
export interface ThreadEvents {
  message(answer: FromThread): void
  /** It will not answer any more. May be told more than once. */
  gone(fate: string): void
}

/** What a thread has to know before it reads for a reader. */
export interface Setup {
  readonly encoder: KindState
  /** Decides what is drawn at random. */
  readonly root: RandomState
  /** A part of this room is the thread's. */
  readonly cache?: Cache | undefined
  /** How many threads read for it. */
  readonly among: number
  /** All items by their indices, where they are so small that the thread has them once and for all. */
  readonly items?: readonly unknown[] | undefined
}

export type ToThread =
  | { readonly setup: Setup; readonly reader: number }
  | { readonly forget: number }
  | {
      readonly task: number
      readonly reader: number
      readonly indices: Int32Array
      /** One for each index; undefined where the thread has them. */
      readonly items?: readonly unknown[] | undefined
      readonly pass: number | undefined
      /** One that is used no more, to put numbers into. */
      readonly spare?: ArrayBuffer | undefined
    }

export type FromThread =
  | 'ready'
  | { readonly task: number; readonly samples: Packed }
  | { readonly task: number; readonly error: unknown; readonly code: unknown }
