import type { EpochRow } from '../history.js'
import type { Status } from './status.js'

/** What there is to show of a running fit or search, as plain data that can be sent: a few a second. */
export type ProgressNews =
  | { readonly what: 'begin'; readonly lr_finding: boolean }
  /** Now and then after a batch. */
  | { readonly what: 'status'; readonly status: Status }
  /** The pass that the status was of is over. */
  | { readonly what: 'pass' }
  | { readonly what: 'epoch'; readonly row: EpochRow; readonly metricNames: readonly string[] }
  /** `note` says where it was cut short. */
  | { readonly what: 'end'; readonly note?: string | undefined }

/** Where progress is shown. */
export interface ProgressView {
  /** Milliseconds between two that say the status. */
  readonly interval: number
  /** Whether the first status waits that long too. */
  readonly waits: boolean
  show(news: ProgressNews): void
}

/** Milliseconds between two drawings of the bar. */
export const redraw = 100
