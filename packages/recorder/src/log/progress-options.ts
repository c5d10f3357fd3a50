import type { ProgressNews, ProgressRenderer, RendererName } from './news.js'
import type { ProgressStream } from './progress-stream.js'

/** What a `ProgressBar` is given: how and where it is drawn, what it keeps quiet, and how often it is renewed. */
export interface ProgressOptions {
  /**
   * What shows progress: `'bar'` (default), which is drawn over on a terminal and is plain lines elsewhere; `'plain'`, lines everywhere; `'json'`,
   * a line of JSON for each news, for programs; `'silent'`, nothing; or one of your own.
   */
  renderer?: RendererName | ProgressRenderer | undefined
  /** Default: standard output, in a page the console. */
  stream?: ProgressStream | undefined
  /** Of a page: progress is shown there instead, as a bar and a table, in the place of what is in it. */
  element?: HTMLElement | undefined
  /** Gets what there is to show instead, about ten times a second: a worker sends it to its page, which has `progressIn(element)`. */
  hear?: ((news: ProgressNews) => void) | undefined
  /** Show nothing at all, as `renderer: 'silent'`. Default false. */
  quiet?: boolean | undefined
  /** Show the epoch table. Default true; without it there is only the bar, which leaves nothing behind. */
  table?: boolean | undefined
  /** Seconds between two lines about the running epoch, where nothing is drawn over. Default 10, of JSON 1. */
  every?: number | undefined
}
