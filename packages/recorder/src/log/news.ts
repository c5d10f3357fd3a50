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

/**
 * What shows progress: the option `renderer` takes one, or the name of one that is there.
 *
 * @example
 * const title: ProgressRenderer = {
 *   show(news) {
 *     if (news.what === 'status') process.title = `epoch ${news.status.epoch}, loss ${news.status.loss}`
 *   },
 * }
 * new Learner(data, model, { progress: title })
 */
export interface ProgressRenderer {
  /** Milliseconds between two that say the status. Default 100. */
  readonly interval?: number | undefined
  /** Shows what there is, at once: training waits for it. */
  show(news: ProgressNews): void
}

/** Renderers by their names. */
export const rendererNames = ['bar', 'plain', 'json', 'silent'] as const

/** How progress may be shown, by name. */
export type RendererName = (typeof rendererNames)[number]

/** A renderer as fits see it. */
export interface ProgressView extends ProgressRenderer {
  readonly interval: number
  /** Whether the first status waits that long too. */
  readonly waits: boolean
  /** When a status was shown last; what is drawn in one place has one of them. */
  readonly clock: Clock
}

export interface Clock {
  last: number
}

/** Milliseconds between two drawings of the bar. */
export const redraw = 100
