// The end of the build: what reads config files comes with this package, in place of packages of 10 MB of which it uses a part.
import { rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { licencesOf } from '../../scripts/licences.mjs'

process.chdir(import.meta.dirname)
const file = 'dist/job/config-file.js'

const { metafile } = await build({
  entryPoints: ['src/job/config-file.ts'],
  outfile: file,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['@onecycle/*'],
  metafile: true,
  logLevel: 'warning',
})
await rm(`${file}.map`, { force: true })
await writeFile('dist/job/licences.txt', await licencesOf(metafile))
