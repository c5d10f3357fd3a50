import { standardOutput } from '@onecycle/platform'
import { ElementView } from './element-view.js'
import { type ProgressView, redraw } from './news.js'
import type { ProgressOptions } from './progress-options.js'
import { StreamView } from './stream-view.js'

/** @param every seconds between two lines, where nothing can be drawn over */
export function viewOf({ stream, element, hear }: ProgressOptions, every: number): ProgressView {
  if (element) return new ElementView(element)
  return hear ? { interval: redraw, waits: false, show: hear } : new StreamView(stream ?? standardOutput(), every)
}
