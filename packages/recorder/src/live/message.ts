import type { RunEvent } from '../run/run-event.js'
import type { RunDifference } from '../run/runs.js'
import type { StoryState } from './story.js'

/** What can be asked of a fit that runs. */
export type Act = 'pause' | 'resume' | 'stop' | 'checkpoint'
export const acts: readonly Act[] = ['pause', 'resume', 'stop', 'checkpoint']

/** Where a fit is: what is said ten times a second, and not kept. */
export interface Pulse {
  readonly type: 'pulse'
  readonly time: number
  readonly state: 'running' | 'paused' | 'idle'
  readonly lr_finding: boolean
  readonly epoch: number
  readonly n_epoch: number
  readonly training: boolean
  /** Batches of the pass that are over, and how many it has; training batches of the fit, and of a search how many it has at most. */
  readonly iter: number
  readonly n_iter: number
  readonly train_iter: number
  readonly batches: number
  /** What can be asked of it now. */
  readonly can: readonly Act[]
}

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
