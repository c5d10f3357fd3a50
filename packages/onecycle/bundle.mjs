// The end of the build: what reads config files, and what parses and renders notebooks, comes with this package, in place of packages of 16 MB of which
// it uses a part; and what errors mean, for onecycle explain.
import { mkdir, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import { build } from 'esbuild'
import { errorEntries } from '../../scripts/errors.mjs'
import { licencesOf } from '../../scripts/licences.mjs'
import { packed } from '../../scripts/packed.mjs'

process.chdir(import.meta.dirname)

for (const [folder, names] of Object.entries({ job: ['config-file'], notebook: ['program', 'to-html'] })) {
  const { metafile } = await build({
    ...packed,
    entryPoints: names.map(name => `src/${folder}/${name}.ts`),
    outdir: `dist/${folder}`,
    allowOverwrite: true,
    external: ['@onecycle/*'],
    metafile: true,
  })
  await writeFile(`dist/${folder}/licences.txt`, await licencesOf(metafile))
}

await mkdir('dist/explain', { recursive: true })
await writeFile('dist/explain/entries.json.br', await promisify(brotliCompress)(JSON.stringify(errorEntries())))
