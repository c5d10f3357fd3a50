import { type Chart, type Panel, shows } from '../chart.js'
import { formatNumber } from '../render/number.js'

/** What a chart shows, in words: for people who hear a page. */
export function describe({ title, subtitle, panels }: Chart): string {
  return [title, subtitle, ...panels.map(inWords)]
    .filter(Boolean)
    .map(part => part!.replace(/\.?$/, '.'))
    .join(' ')
}

function inWords(panel: Panel): string {
  if (panel.drawn) return panel.drawn.words()
  const last = new Map<string, string>()
  for (const { name, points, style } of panel.series) {
    const point = points.findLast(([x, y]) => shows(panel.x, x) && shows(panel.y, y))
    if (style === 'dots') last.set(name, `${points.length} points`)
    else if (point && (style !== 'faint' || !last.has(name))) last.set(name, `at the end ${formatNumber(point[1])}`)
  }
  const axes = [panel.y.label, panel.x.label].filter(Boolean).join(' over ')
  const curves = [...last].map(([name, value]) => `${name}, ${value}`)
  const heading = [...new Set([panel.title, axes])].filter(Boolean).join(', ')
  return [heading, [...curves, ...(panel.marks ?? []).map(mark => mark.label)].join('; ')].filter(Boolean).join(': ')
}
