import type { Random } from '@onecycle/platform'
import type { ColorName, Picture } from '@onecycle/plot'
import type { Head } from '../target.js'
import type { Encoded } from './item-encoder.js'

/** Makes numbers of the inputs of items, or of their targets: a picture, a class, a mask. */
export interface Part<Given = unknown, Loaded = unknown> {
  /** The kind that `restorePart` knows it by; undefined for what works on this thread alone. */
  readonly kind: string | undefined
  /** What it is as a target; undefined for what is an input alone. */
  readonly head?: Head | undefined
  /** Whether it takes so long that worker threads pay, as with pictures. Default false. */
  readonly slow?: boolean | undefined
  /** Plain JSON. */
  state(): unknown
  /** The part of the state that decides what `load` gives, which a cache goes by. Default: all of it. */
  loading?(): unknown
  /** Reads and decodes. */
  load(given: Given): Loaded | Promise<Loaded>
  /** @param sample all of the sample, transformed */
  encode(loaded: Loaded, sample: LoadedSample): Encoded
  /** What a person sees of it, of its values in a batch. */
  show?(values: ArrayLike<number>, shape: readonly number[]): Shown
  /** What a person sees of the input with this target over it, where that is better than beside it. */
  showOn?(input: Shown, values: ArrayLike<number>): Shown
  /** What its colours over inputs stand for, as far as these targets have them. */
  colors?(values: readonly ArrayLike<number>[]): readonly ColorName[]
}

/** A picture, or a text. */
export interface Shown {
  readonly picture?: Picture | undefined
  readonly text?: string | undefined
}

/** Learns what it needs to know of all items, such as the names of classes, and makes a {@link Part}. */
export interface Block<Given = unknown> {
  /**
   * @param given of all items
   * @param train indices of those to train on
   */
  fit(given: readonly Given[], train: Int32Array): Part<Given> | Promise<Part<Given>>
}

/** Inputs and targets of a sample as their parts loaded them, on their way through transforms. */
export interface LoadedSample {
  readonly x: unknown
  readonly y?: unknown
}

/** Changes a sample, its inputs and targets alike, such as a picture and its mask. */
export interface ItemTransform {
  /** The kind that `restoreTransform` knows it by; undefined for what works on this thread alone. */
  readonly kind: string | undefined
  /** Plain JSON. */
  state(): unknown
  /** @param random left out where samples are to be as they are: what is random does nothing then, or what is in the middle */
  apply(sample: LoadedSample, random: Random | undefined): LoadedSample
}
