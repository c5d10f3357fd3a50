// The end of the build. TensorFlow.js's backends for the cpu and for wasm come packed: their packages take 25 MB, and a program loads one of
// them. What a page fetches lies in dist/wasm, the program of its workers in one file and TensorFlow.js's own binaries beside our modules;
// and dist/wasm/inline-data.js carries the same, for programs that are to fetch nothing.
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { packed } from '../../scripts/packed.mjs'

process.chdir(import.meta.dirname)
const folder = 'dist/wasm'
const binary = 'tfjs-backend-wasm-simd.wasm'
const stock = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), binary)

await build({
  ...packed,
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/browser/worker.ts'],
  outfile: `${folder}/worker.js`,
})
await copyFile(stock, join(folder, binary))
await copyFile(join(dirname(stock), 'tfjs-backend-wasm.wasm'), join(folder, 'tfjs-backend-wasm.wasm'))
await writeFile(
  'dist/tfjs.LICENSE',
  `wasm/tfjs-*.wasm are part of @tensorflow/tfjs-backend-wasm 4.22.0, unchanged; node/tfjs-*.js and browser/tfjs-*.js are
@tensorflow/tfjs-backend-cpu and @tensorflow/tfjs-backend-wasm 4.22.0, packed into modules, with seedrandom 3.0.5.

TensorFlow.js: Copyright 2017-2024 Google LLC. All Rights Reserved.
Licensed under the Apache License, Version 2.0, which stands in the file LICENSE of this package.

seedrandom: Copyright 2019 David Bau. Licensed under the MIT License:

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`,
)

const modules = {}
for (const file of ['plain.wasm', 'relaxed.wasm', binary])
  modules[file] = gzipSync(await readFile(join(folder, file)), { level: 9 }).toString('base64')
await writeFile(
  `${folder}/inline-data.js`,
  `export const modules = ${JSON.stringify(modules)}
export const worker = ${JSON.stringify(await readFile(`${folder}/worker.js`, 'utf8'))}
`,
)

/** The packed backends register themselves by ours. */
const registering = {
  name: 'registering',
  setup({ onResolve }) {
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ importer }) =>
      /tfjs-backend-\w+\/dist\/(base|register_all_kernels)\.js$/.test(importer)
        ? { path: join(import.meta.dirname, 'register.mjs') }
        : { path: '@tensorflow/tfjs-core', external: true },
    )
  },
}

// A program that is bundled as CommonJS has no address of its own.
const banner = `import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
const here = import.meta.url ?? pathToFileURL(join(process.cwd(), 'program')).href
const require = createRequire(here), __filename = fileURLToPath(here), __dirname = dirname(__filename)`

for (const half of ['node', 'browser']) {
  for (const file of await readdir(`dist/${half}`)) if (/^tfjs-[^.]*\.js/.test(file)) await rm(`dist/${half}/${file}`)
  await build({
    ...packed,
    absWorkingDir: import.meta.dirname,
    entryPoints: [`src/${half}/tfjs-cpu.ts`, `src/${half}/tfjs-wasm.ts`],
    outdir: `dist/${half}`,
    chunkNames: 'tfjs-[hash]',
    splitting: true, // they share what registers them, and some kernels
    platform: half,
    mainFields: ['browser', 'module', 'main'],
    plugins: [registering],
    ...(half === 'node' && { mainFields: ['module', 'main'], banner: { js: banner } }),
  })
}
