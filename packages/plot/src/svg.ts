import { textWidth } from './text-width.js'
import type { VegaLiteSpec } from './vega.js'

/** Vega, which is loaded when the first plot is drawn, not with the package. */
export async function vegaRuntime() {
  const { compile, parse, textMetrics, View } = await import('./vega-runtime.js')
  measure(textMetrics)
  return { compile, parse, View }
}

/** How Vega finds out the width of a text. */
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number
  readonly estimateWidth: TextMetrics['width']
}

interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
  readonly limit?: number
}

/** Where there is no canvas that measures, Vega allows all letters the same room, which is half as much again as they take. */
function measure(metrics: TextMetrics): void {
  if (metrics.width !== metrics.estimateWidth) return
  metrics.width = ({ fontSize = 11, fontWeight, limit = 0 }, text) => {
    const width = textWidth(String(text ?? '').trim(), fontSize, fontWeight === 'bold' || Number(fontWeight) >= 600)
    return limit > 0 ? Math.min(limit, width) : width
  }
}

/** The specification as SVG. */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  const { compile, parse, View } = await vegaRuntime()
  const view = new View(parse(compile(spec as never).spec), { renderer: 'none' })
  try {
    return ownClips(await view.toSVG())
  } finally {
    view.finalize()
  }
}

/**
 * Vega counts what clips through a process, so that one plot is drawn in other bytes each time. Here they are counted in a drawing, after a
 * print of it: on a page there are several.
 */
function ownClips(svg: string): string {
  const numbers = new Map<string, number>()
  const numbered = svg.replace(/\b(id="|url\(#)clip(\d+)/g, (_, before: string, id: string) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size)
    return `${before}clip-${numbers.get(id)}`
  })
  let print = 0
  for (let i = 0; i < numbered.length; i++) print = (Math.imul(print, 31) + numbered.charCodeAt(i)) | 0
  return numbered.replace(/\b(id="|url\(#)clip-/g, `$1clip-${(print >>> 0).toString(36)}-`)
}
