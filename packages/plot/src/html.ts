/**
 * Pages of plots, and what notebooks and reports write them with: for the other packages of onecycle, and apart from the rest, so that who shows
 * plots alone does not load it.
 *
 * @module
 */
import { toBase64 } from '@onecycle/platform'
import type { Chart } from './chart.js'
import { packedChart } from './packed-chart.js'
import type { Theme } from './palette.js'
import { toSvg } from './svg.js'
import type { VegaLiteSpec } from './vega.js'

export { figureScript } from '#plot/figure-script.js'

/** Text made safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}

/**
 * A page that needs nothing but itself. `body` is HTML already; without a theme it is light or dark as its reader wants pages to be. `script` is
 * what makes its figures answer a pointer ({@link figureScript}).
 */
export function htmlPage(
  title: string,
  body: string,
  { theme, script = '' }: { theme?: Theme | undefined; script?: string } = {},
): string {
  return `<!doctype html>
<html lang="en"${theme ? ` data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${css}</style>
</head>
<body>
<main>
${body}
</main>
${script}</body>
</html>
`
}

/** What is drawn, such as a `Plot`. */
interface Drawable {
  readonly title: string
  readonly chart: Chart
  vegaLite(options: { theme: Theme }): Promise<VegaLiteSpec>
}

export interface FigureOptions {
  readonly theme?: Theme | undefined
  /** Whether its chart is there, too, of which {@link figureScript} makes a plot that answers a pointer. Default false. */
  readonly interactive?: boolean | undefined
}

/**
 * A drawing, for light pages and for dark ones where no theme is given, and below it its Vega-Lite specification to download.
 */
export async function htmlFigure(plot: Drawable, { theme, interactive = false }: FigureOptions = {}): Promise<string> {
  const { title } = plot
  const shown = theme ? [theme] : (['light', 'dark'] as const)
  const specs = await Promise.all(shown.map(theme => plot.vegaLite({ theme })))
  const svgs = await Promise.all(specs.map(toSvg))
  const drawings = svgs.map((svg, i) => `<div class="on-${shown[i]}">${labelled(svg, title)}</div>`)
  const base = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const zooms = plot.chart.panels.some(({ drawn }) => !drawn)
  const data = toBase64(new TextEncoder().encode(JSON.stringify(specs[0])))
  return `<figure class="plot">
${drawings.join('\n')}
<figcaption><a download="${base || 'plot'}.vl.json" href="data:application/json;base64,${data}">Data and drawing as Vega-Lite</a>${zooms ? hint : ''}</figcaption>
${interactive ? `<script type="application/json">${packedChart(plot.chart)}</script>\n` : ''}</figure>`
}

const hint = '<span class="hint"> · Drag over a part to see it larger, double-click to see all.</span>'

const labelled = (svg: string, title: string) => svg.replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(title)}" `)

const onDark = `color-scheme: dark; --ink: #e8e8e8; --ground: #181818; --line: #3d3d3d; --rule: #7a7a7a; --link: #7fb8f0`

const css = `
:root { --ink: #222; --ground: #fff; --line: #e4e4e4; --rule: #999; --link: #0a5fa8 }
@media screen and (prefers-color-scheme: dark) { :root:not([data-theme]) { ${onDark} } }
@media screen { :root[data-theme=dark] { ${onDark} } }
:root { color: var(--ink); background: var(--ground); font: 16px/1.55 system-ui, 'DejaVu Sans', Verdana, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line) }
p { margin: 0 0 1rem; max-width: 44rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: 0 0 1.25rem; font-variant-numeric: tabular-nums }
th, td { padding: .4rem .9rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th { font-weight: 600; border-bottom-color: var(--rule) }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
figure { margin: 0 0 1.5rem; overflow-x: auto }
svg { display: block; max-width: 100%; min-width: 26rem; height: auto }
figcaption { font-size: .8rem }
a { color: var(--link) }
.is-live > :is(.on-light, .on-dark), .hint, :root:not([data-theme]) .on-dark { display: none }
.is-live .hint { display: inline }
.live svg { min-width: 0; max-width: none }
@media screen and (prefers-color-scheme: dark) { :root:not([data-theme]) { .on-light { display: none } .plot:not(.is-live) > .on-dark { display: block } } }
@media print { .live { display: none } .is-live > .on-light, [data-theme] .is-live > .on-dark { display: block } figcaption { display: none } h2 { break-after: avoid } figure, tr { break-inside: avoid } main { max-width: none; padding: 0 } svg { min-width: 0 } }
`
