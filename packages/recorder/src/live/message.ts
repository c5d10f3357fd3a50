import type { RunEvent } from '../run/run-event.js'
import type { RunDifference } from '../run/runs.js'
import type { Pulse } from './pulse.js'
import type { StoryState } from './story.js'

/** What a page hears: first the story so far, from then on what is new. */
export type LiveMessage = RunEvent | Pulse | { readonly type: 'story'; readonly story: StoryState }

/** A run among those that a page may choose. */
export interface RunInList {
  /** Of its folder. */
  readonly id: string
  readonly name: string
  readonly begun: number
  readonly state: string
  /** Epochs that are over of the last fit, and how many it has. */
  readonly epochs: number
  readonly n_epoch: number
  readonly valid_loss: number | null
  /** Whether it is the one that a page shows first. */
  readonly first: boolean
}

/** Several runs side by side. */
export interface Comparison {
  readonly runs: readonly { readonly id: string; readonly story: StoryState }[]
  readonly differences: readonly RunDifference[]
}
