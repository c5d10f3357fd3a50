// The end of the build: what a page fetches lies in dist/wasm, the program of its workers in one file and TensorFlow.js's own binary beside
// our modules, with its licence; and dist/wasm/inline-data.js carries the same, for programs that are to fetch nothing.
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

process.chdir(import.meta.dirname)
const folder = 'dist/wasm'
const binary = 'tfjs-backend-wasm-simd.wasm'
const stock = join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), binary)

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/browser/worker.ts'],
  outfile: `${folder}/worker.js`,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
})
await copyFile(stock, join(folder, binary))
await writeFile(
  `${folder}/${binary}.LICENSE`,
  `${binary} is part of @tensorflow/tfjs-backend-wasm 4.22.0, unchanged.
Copyright 2019-2024 Google LLC. All Rights Reserved.
Licensed under the Apache License, Version 2.0, which stands in the file LICENSE of this package.
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
