import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

let made: Promise<string> | undefined

/** What makes figures of a page answer a pointer: scripts inside it, packed. */
export const figureScript = (): Promise<string> => (made ??= make())

// Both are made by the build: beside this module there, and here, too.
async function make(): Promise<string> {
  const packed = async (name: string) => {
    const code = await readFile(new URL(`../../dist/${name}`, import.meta.url))
    return (await promisify(gzip)(code, { level: 9 })).toString('base64')
  }
  const [vega, figures] = await Promise.all(['vega-runtime.js', 'figures.js'].map(packed))
  return `<script type="text/plain" id="plot-vega">${vega}</script>
<script type="text/plain" id="plot-figures">${figures}</script>
<script type="module">${unpack}</script>
`
}

/** In the page: modules cannot name each other there, but for an address that one is given. */
const unpack = `
const code = id => {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), c => c.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}
const module = code => URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
const vega = module(await code('plot-vega'))
const { enliven } = await import(module((await code('plot-figures')).replaceAll('./vega-runtime.js', vega)))
await enliven(document)
`
