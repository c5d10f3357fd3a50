import type { Picture } from '@onecycle/plot'
import type { Tensor } from '@tensorflow/tfjs-core'

/** What {@link ItemInputs} remember: plain JSON, and the kind of data that it is of. */
export interface InputsState {
  readonly kind: string
}

/** New items as a batch for the model, which is the caller's to dispose. */
export interface EncodedItems {
  readonly xs: Tensor | Tensor[]
  /** Whether it is one item that was given, and no list of them. */
  readonly one: boolean
}

/**
 * What makes inputs of new items as training's were made: rows of a table, pictures, texts. Each kind of data has a file of its own for it, which
 * an export names by its kind and a prediction loads when there is one to make: so it imports nothing that trains.
 */
export interface ItemInputs {
  /** Whether something is an item or several of this kind, and not inputs as the model has them, of which the names are given. */
  takes(given: unknown, inputNames: readonly string[] | undefined): boolean
  /** @throws Error, RangeError or TypeError for what is none, or cannot be read */
  of(given: never): Promise<EncodedItems>
  /** An item as a person reads it, by the numbers of its input; for kinds that are neither pictures nor columns. */
  written?(values: ArrayLike<number>): string
  /** An item as a person sees it, of the numbers of its input, as they were before they were normalized; for pictures. */
  seen?(values: ArrayLike<number>, shape: readonly number[]): Picture | undefined
  /** Undefined for what works in this program alone, such as functions of a person's own. */
  state(): InputsState | undefined
}
