import type { ProgressNews } from './news.js'
import type { ProgressStream } from './stream-view.js'

export interface ProgressOptions {
  /** Default: standard output, in a page the console. */
  stream?: ProgressStream | undefined
  /** Of a page: progress is shown there instead, as a bar and a table, in the place of what is in it. */
  element?: HTMLElement | undefined
  /** Gets what there is to show instead, about ten times a second: a worker sends it to its page, which has `progressIn(element)`. */
  hear?: ((news: ProgressNews) => void) | undefined
  /** Show nothing at all. Default false. */
  quiet?: boolean | undefined
  /** Show the epoch table. Default true; without it there is only the bar, which leaves nothing behind. */
  table?: boolean | undefined
  /** Of a stream that is no terminal: seconds between two lines about the running epoch. Default 10. */
  every?: number | undefined
}
