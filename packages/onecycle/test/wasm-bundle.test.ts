import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')
const training = fileURLToPath(new URL('wasm-training.ts', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-bundle-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What a program says that was bundled for Node, all in one file, and run where nothing is installed. */
async function bundled(first: string): Promise<string> {
  const contents = `
    import { train } from '${training}'
    ${first}
    train({ threads: 2, steps: 1 }).then(answer => console.log(answer.line), error => console.log(error.message))`
  const outfile = join(folder, 'program.cjs')
  const logOverride = { 'empty-import-meta': 'silent' }
  await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    platform: 'node',
    external: ['@duckdb/node-api', 'sharp'], // optional, with binaries
    format: 'cjs',
    outfile,
    logOverride,
    logLevel: 'error',
  })
  const { stdout } = await runNode([outfile], { cwd: folder })
  return stdout
}

const line = /^onecycle: backend wasm \((256-bit )?SIMD, compiled training kernels, 2 threads\), as asked for\n$/

test('a program in one file trains on wasm with threads, when it carries the modules or says where they lie', async () => {
  expect(await bundled("import '@onecycle/backend/wasm/inline'")).toMatch(line)
  await cp(join(root, 'packages/backend/dist/wasm'), join(folder, 'modules'), { recursive: true })
  expect(await bundled("import { setWasmPath } from '@onecycle/backend'\nsetWasmPath('modules')")).toMatch(line)
})

test('a program whose modules were left behind says so, and what to do', async () => {
  expect(await bundled('')).toMatch(/\.wasm could not be read: .* import 'onecycle\/inline', or copy the folder dist\/wasm/)
})
