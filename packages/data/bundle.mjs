// The end of the build: what decodes CSV, Parquet and Arrow comes with this package, in place of packages of 2.7 MB of which it uses a part; and the
// program of a page's worker threads is one file.
import { rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { licencesOf } from '../../scripts/licences.mjs'

process.chdir(import.meta.dirname)
const folder = 'dist/source/decoders'
const names = ['arrow', 'csv', 'parquet']

const { metafile } = await build({
  entryPoints: names.map(name => `src/source/decoders/${name}.ts`),
  outdir: folder,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  define: { PAPA_BROWSER_CONTEXT: 'true' }, // what is of Node alone is left out
  metafile: true,
  logLevel: 'warning',
})
for (const name of names) await rm(`${folder}/${name}.js.map`, { force: true })
await writeFile(`${folder}/licences.txt`, await licencesOf(metafile))

await build({
  entryPoints: ['src/browser/item-thread.ts'],
  outfile: 'dist/item/thread/item-thread.js',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
})
