// The end of the build: what decodes CSV, Parquet and Arrow comes with this package, in place of packages of 2.7 MB of which it uses a part; what
// decodes pictures, WebAssembly, is a module each, compressed; what draws them is so small that it stands in the module that asks for it; and the
// program of a page's worker threads is one file.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { licencesOf } from '../../scripts/licences.mjs'
import { packed } from '../../scripts/packed.mjs'

process.chdir(import.meta.dirname)
const folder = 'dist/source/decoders'
const names = ['arrow', 'csv', 'parquet']

const { metafile } = await build({
  ...packed,
  entryPoints: names.map(name => `src/source/decoders/${name}.ts`),
  outdir: folder,
  allowOverwrite: true,
  define: { PAPA_BROWSER_CONTEXT: 'true' }, // what is of Node alone is left out
  metafile: true,
})
await writeFile(`${folder}/licences.txt`, await licencesOf(metafile))

const { resolve } = createRequire(import.meta.url)
const codecs = { png: '@cwasm/lodepng/lodepng.wasm', jpeg: '@cwasm/jpeg-turbo/jpeg-turbo.wasm', webp: '@cwasm/webp/webp.wasm' }
await mkdir('dist/image/codecs', { recursive: true })
const inputs = {}
for (const [name, path] of Object.entries(codecs)) {
  const file = resolve(path)
  const packed = gzipSync(await readFile(file), { level: 9 }).toString('base64')
  await writeFile(`dist/image/codecs/${name}.js`, `export const packed = '${packed}'\n`)
  inputs[dirname(file)] = {}
}
await writeFile(
  'dist/image/codecs/licences.txt',
  `${await licencesOf({ inputs })}
They are compiled of

LodePNG (zlib), copyright (c) 2005-2024 Lode Vandevenne: https://github.com/lvandeve/lodepng/blob/master/LICENSE
libjpeg-turbo (IJG, BSD-3-Clause and zlib): https://github.com/libjpeg-turbo/libjpeg-turbo/blob/main/LICENSE.md
This software is based in part on the work of the Independent JPEG Group.
libwebp (BSD-3-Clause), copyright (c) 2010 Google Inc.: https://github.com/webmproject/libwebp/blob/main/COPYING
`,
)
for (const half of ['node', 'browser']) {
  await writeFile(
    `dist/${half}/codec-wasm.js`,
    `const packs = {
  png: () => import('../image/codecs/png.js'),
  jpeg: () => import('../image/codecs/jpeg.js'),
  webp: () => import('../image/codecs/webp.js'),
}

export async function codecWasm(name) {
  const { packed } = await packs[name]()
  const bytes = Uint8Array.from(atob(packed), character => character.charCodeAt(0))
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer())
}
`,
  )
}

const drawing = (await readFile('dist/transform/render.wasm')).toString('base64')
for (const half of ['node', 'browser']) {
  await writeFile(
    `dist/${half}/render-wasm.js`,
    `const packed = '${drawing}'

export const renderWasm = () => Uint8Array.from(atob(packed), character => character.charCodeAt(0))
`,
  )
}

await build({
  ...packed,
  entryPoints: ['src/browser/item-thread.ts'],
  outfile: 'dist/item/thread/item-thread.js',
})
