// The end of the build: what draws pictures comes with this package, in place of packages of which it uses a small part. Vega with
// Vega-Lite, which run in a page too, and resvg become a module each; resvg's WebAssembly and two of DejaVu's 22 fonts are compressed, by Brotli, a quarter smaller than by gzip.
// Their licences stand beside them.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { licencesOf } from '../../scripts/licences.mjs'
import { packed, vegaBeside } from '../../scripts/packed.mjs'

process.chdir(import.meta.dirname)
const { resolve } = createRequire(import.meta.url)
const folder = 'dist/node/resvg'
// What an earlier build left there would be published, too.
await rm(folder, { recursive: true, force: true })

for (const name of ['vega-runtime', 'node/resvg/engine']) {
  const { metafile } = await build({
    ...packed, // as for pages, in Node too: Vega's half for Node awaits the package canvas at its top level
    absWorkingDir: import.meta.dirname,
    entryPoints: [`src/${name}.ts`],
    outfile: `dist/${name}.js`,
    allowOverwrite: true,
    metafile: true,
  })
  await writeFile(`dist/${name}.licences.txt`, await licencesOf(metafile))
}

// What a page that was saved runs beside Vega.
await build({
  ...packed,
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/figures.ts'],
  outfile: 'dist/figures.js',
  allowOverwrite: true,
  plugins: [vegaBeside],
})

const files = {
  'resvg.wasm': '@resvg/resvg-wasm/index_bg.wasm',
  'DejaVuSans.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans.ttf',
  'DejaVuSans-Bold.ttf': 'dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf',
}
await mkdir(folder, { recursive: true })
for (const [name, path] of Object.entries(files))
  await writeFile(
    `${folder}/${name}.br`,
    brotliCompressSync(await readFile(resolve(path)), { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } }),
  )
await copyFile(resolve('dejavu-fonts-ttf/LICENSE'), `${folder}/DejaVuSans.LICENSE`)
await writeFile(
  'dist/node/resvg/files.js',
  `import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'

const unpack = promisify(brotliDecompress)
const file = async name => unpack(await readFile(new URL(\`./\${name}.br\`, import.meta.url)))

export const wasm = () => file('resvg.wasm')
export const fonts = () => Promise.all(['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(file))
`,
)
