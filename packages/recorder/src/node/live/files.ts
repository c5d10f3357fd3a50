import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { plainError } from '@onecycle/platform'

export interface Page {
  readonly type: string
  content(): Promise<string | Uint8Array>
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M1 13C5 13 5 3 8 3s3 10 7 10" fill="none" stroke="#0072b2" stroke-width="2.4" stroke-linecap="round"/></svg>`

const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>onecycle</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>
html { background: #f6f7f8 } body { margin: 0 } main > .onecycle-live { min-height: 100vh }
@media (prefers-color-scheme: dark) { html { background: #14171a } }
</style>
</head>
<body>
<main><noscript>This page is drawn by JavaScript.</noscript></main>
<script type="module" src="page.js"></script>
</body>
</html>
`

/**
 * The files of the page, by the ends of their addresses. Its script was made with this package, and Vega's comes from the one that draws.
 *
 * @throws Error where they are not there
 */
export async function pageFiles(): Promise<ReadonlyMap<string, Page>> {
  const { resolve } = createRequire(import.meta.url)
  const script = (path: () => string): Page => ({ type: 'text/javascript; charset=utf-8', content: () => readFile(path()) })
  const page = () => join(dirname(resolve('@onecycle/recorder')), 'node/live/page.js')
  const vega = () => join(dirname(resolve('@onecycle/plot')), 'vega-runtime.js')
  try {
    for (const path of [page, vega]) resolve(path())
  } catch (cause) {
    throw plainError(
      'files-missing',
      'The files of the live page are not where @onecycle/recorder and @onecycle/plot are installed: install them anew.',
      { cause },
    )
  }
  return new Map<string, Page>([
    ['', { type: 'text/html; charset=utf-8', content: async () => html }],
    ['page.js', script(page)],
    ['vega-runtime.js', script(vega)],
  ])
}
