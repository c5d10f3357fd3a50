import type { Batch } from '../batch.js'
import type { Column } from '../column.js'
import type { Dataset } from '../dataset.js'
import { Staging } from '../staging.js'
import { headOf, type TargetKind } from '../target.js'
import { padded } from './padded.js'
import type { Ragged } from './ragged.js'

/** What is to be told of texts: numbers of classes, a 0 or 1 for each label, or values. */
export interface TextTargets {
  /** Columns that it was read from. */
  readonly names: readonly string[]
  readonly target: TargetKind
  readonly classes: readonly string[] | undefined
  readonly y: Column
}

/** Texts as numbers of their tokens, int32 [batch, length of the longest], and what is to be told of them. */
export class TextDataset implements Dataset {
  static readonly name: string = 'TextDataset'
  readonly length: number
  readonly inputShape: number[]
  readonly targetShape: number[]
  readonly target: Dataset['target']
  readonly c: number | undefined
  readonly #texts: Ragged
  readonly #y: Column | undefined
  readonly #staging = new Staging()

  /** @param targets left out for texts that are only predicted */
  constructor(texts: Ragged, targets: TextTargets | undefined, name: string) {
    this.#texts = texts
    this.#y = targets?.y
    this.length = texts.length
    this.inputShape = [texts.lengths.reduce((most, length) => Math.max(most, length), 1)]
    const head = targets && headOf(targets.y, name, { target: targets.target, c: targets.classes?.length })
    this.target = head?.target ?? 'none'
    this.targetShape = head?.targetShape ?? []
    this.c = head?.c
  }

  /** The numbers of the tokens of a text. */
  text(i: number): Int32Array {
    return this.#texts.at(i)
  }

  batch(indices: Int32Array): Batch {
    const texts = Array.from(indices, i => this.#texts.at(i))
    return { xs: padded(texts, this.#staging), ys: this.#y?.gather(indices) ?? [], size: indices.length }
  }
}
