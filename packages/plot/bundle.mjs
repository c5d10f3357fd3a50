// The end of the build: what draws pictures comes with this package, in place of packages of which it uses a small part. Vega and
// Vega-Lite become one module, which runs in a page too; of DejaVu's 22 fonts two are kept. Their licences stand beside them.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { licencesOf } from '../../scripts/licences.mjs'

process.chdir(import.meta.dirname)
const runtime = 'dist/vega-runtime.js'

const { metafile } = await build({
  entryPoints: ['src/vega-runtime.ts'],
  outfile: runtime,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser', // in Node too: Vega's half for Node awaits the package canvas at its top level
  target: 'es2022',
  metafile: true,
  logLevel: 'warning',
})
await rm(`${runtime}.map`, { force: true })

await writeFile('dist/vega-runtime.licences.txt', await licencesOf(metafile))

const dejavu = createRequire(import.meta.url)
  .resolve('dejavu-fonts-ttf/package.json')
  .replace(/package\.json$/, '')
await mkdir('fonts', { recursive: true })
for (const file of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE'])
  await copyFile(dejavu + file, `fonts/${file.replace('ttf/', '')}`)
