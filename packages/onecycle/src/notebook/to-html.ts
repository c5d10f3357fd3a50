import { escapeHtml } from '@onecycle/plot/internal/html'
import hljs from 'highlight.js/lib/core'
import typescript from 'highlight.js/lib/languages/typescript'
import { marked } from 'marked'
import type { MimeBundle, Notebook, Output } from './nbformat.js'
import { asShown, formOf, plainOf, titleIn } from './to-text.js'

hljs.registerLanguage('typescript', typescript)

/** A page of its own, which loads nothing from elsewhere: light or dark as its reader's system is. */
export function toHtml({ cells }: Notebook, title: string): string {
  const parts = cells.map(cell => {
    if (cell.cell_type === 'markdown') return `<section class="text">\n${marked.parse(cell.source, { async: false })}</section>`
    const code = hljs.highlight(cell.source, { language: 'typescript' }).value
    const failed = cell.outputs.some(({ output_type }) => output_type === 'error')
    const outputs = cell.outputs.map(outputHtml).join('\n')
    return `<section class="code${failed ? ' failed' : ''}">\n<pre class="source"><code>${code}</code></pre>\n${outputs}\n</section>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<main>
${parts.join('\n')}
</main>
</html>
`
}

function outputHtml(output: Output): string {
  if (output.output_type === 'stream') return linesHtml(asShown(output.text).trimEnd(), `output ${output.name}`)
  if (output.output_type === 'error') return `<pre class="output error">${escapeHtml(asShown(output.traceback.join('\n')))}</pre>`
  return `<div class="output">${shownHtml(output.data)}</div>`
}

/** In the form that says most. Drawings are pictures, so that names within one mean nothing in another. */
function shownHtml(data: MimeBundle): string {
  const words = escapeHtml(titleIn(data))
  const svg = formOf(data, 'image/svg+xml')
  if (svg !== undefined) return `<img alt="${words}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
  for (const type of ['image/png', 'image/jpeg'])
    if (data[type] !== undefined) return `<img alt="${words}" src="data:${type};base64,${formOf(data, type)}">`
  if (data['text/html'] !== undefined) return formOf(data, 'text/html')!
  if (data['text/markdown'] !== undefined) return marked.parse(formOf(data, 'text/markdown')!, { async: false })
  return linesHtml(plainOf(data))
}

/** Sentences are broken where the page ends; lines that stand below each other, as columns and drawings do, stay whole. */
function linesHtml(text: string, kind = ''): string {
  const classes = [kind, /\S {2,}\S|[│┤⠁-⣿]/.test(text) ? '' : 'words'].filter(Boolean).join(' ')
  return `<pre${classes && ` class="${classes}"`}>${escapeHtml(text)}</pre>`
}

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1f2328, #e6e6e6); --soft: light-dark(#59636e, #a0a8b0); --paper: light-dark(#ffffff, #17191c);
  --shade: light-dark(#f5f6f8, #212429); --line: light-dark(#dfe2e6, #363b42); --bad: light-dark(#b3261e, #ff8a80); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px; }
h1, h2, h3 { line-height: 1.25; }
pre, code { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 13.5px; }
pre { overflow-x: auto; margin: 0; line-height: 1.45; }
.text code { background: var(--shade); padding: 1px 4px; border-radius: 4px; }
.text pre { background: var(--shade); padding: 12px 14px; border-radius: 6px; }
.text pre code { background: none; padding: 0; }
.text table { border-collapse: collapse; display: block; overflow-x: auto; }
.text td, .text th { border: 1px solid var(--line); padding: 4px 10px; }
.code { margin: 16px 0; }
.source { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--shade); border: 1px solid var(--line); border-radius: 6px; padding: 12px 14px; }
.output { margin: 8px 0 0; padding: 0 14px; }
.words { white-space: pre-wrap; overflow-wrap: anywhere; }
.output img { max-width: 100%; background: #ffffff; border-radius: 6px; }
.stderr { color: var(--soft); }
.failed .source { border-color: var(--bad); }
.error { color: var(--bad); }
.hljs-comment { color: var(--soft); }
.hljs-keyword, .hljs-built_in, .hljs-literal { color: light-dark(#8250df, #d2a8ff); }
.hljs-string, .hljs-template-variable, .hljs-regexp { color: light-dark(#0a6847, #7ee0b5); }
.hljs-number { color: light-dark(#a04100, #ffb077); }
.hljs-title, .hljs-property { color: light-dark(#0550ae, #79c0ff); }
`
