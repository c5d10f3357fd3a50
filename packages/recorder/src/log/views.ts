import { standardOutput } from '@onecycle/platform'
import { ElementView } from './element-view.js'
import { JsonView } from './json-view.js'
import { kernel } from './kernel.js'
import { KernelView } from './kernel-view.js'
import { type ProgressRenderer, type ProgressView, redraw } from './news.js'
import type { ProgressOptions } from './progress-options.js'
import { StreamView } from './stream-view.js'

/** Where a fit shows its progress. */
export function viewOf({ stream: given, element, hear, renderer, every }: ProgressOptions): ProgressView {
  if (element) return new ElementView(element)
  if (hear) return own({ show: hear })
  if (typeof renderer === 'object') return own(renderer)
  const here = !given && renderer !== 'plain' && renderer !== 'json' && kernel()
  if (here) return new KernelView(here)
  const stream = given ?? standardOutput()
  if (renderer === 'json') return new JsonView(stream, every ?? 1)
  return new StreamView(stream, every ?? 10, renderer === 'plain')
}

function own(renderer: ProgressRenderer): ProgressView {
  const { interval = redraw } = renderer
  return { interval, waits: false, clock: { last: Number.NEGATIVE_INFINITY }, show: news => renderer.show(news) }
}
