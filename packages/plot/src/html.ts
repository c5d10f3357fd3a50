import { toBase64 } from '@onecycle/platform'
import type { VegaLiteSpec } from './vega.js'

/** Text made safe inside HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}

/** A page that needs nothing but itself: no script, no network. `body` is HTML already. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
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
</body>
</html>
`
}

/** A drawing, and below it its Vega-Lite specification to download; `name` is plain text. */
export function htmlFigure(svg: string, spec: VegaLiteSpec, name: string): string {
  const json = JSON.stringify(spec)
  const base = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return `<figure>
${svg.replace('<svg ', () => `<svg role="img" aria-label="${escapeHtml(name)}" `)}
<figcaption><a download="${base || 'plot'}.vl.json" href="data:application/json;base64,${toBase64(new TextEncoder().encode(json))}">Data and drawing as Vega-Lite</a></figcaption>
</figure>`
}

const css = `
:root { color: #222; background: #fff; font: 16px/1.55 system-ui, 'DejaVu Sans', Verdana, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .75rem }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-top: .75rem; border-top: 1px solid #e4e4e4 }
p { margin: 0 0 1rem; max-width: 44rem }
.scroll { overflow-x: auto }
table { border-collapse: collapse; margin: 0 0 1.25rem; font-variant-numeric: tabular-nums }
th, td { padding: .4rem .9rem; text-align: right; border-bottom: 1px solid #e4e4e4; white-space: nowrap }
th { font-weight: 600; border-bottom-color: #999 }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
figure { margin: 0 0 1.5rem; overflow-x: auto }
svg { display: block; max-width: 100%; min-width: 26rem; height: auto }
figcaption { font-size: .8rem }
a { color: #0072b2 }
@media print { figcaption { display: none } h2 { break-after: avoid } figure, tr { break-inside: avoid } main { max-width: none; padding: 0 } svg { min-width: 0 } }
`
