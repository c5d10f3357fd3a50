import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readBuild as read } from '../src/testing/build-folder.js'

/** What is used of the AssemblyScript compiler. Its own declarations would replace the globals of every file checked with this one. */
interface Compiler {
  main(
    args: string[],
    host: { writeFile(name: string, contents: string | Uint8Array): void },
  ): Promise<{ readonly error: Error | null }>
}

const compilerName: string = 'assemblyscript/asc'

test.each(['plain', 'relaxed', 'wide'])('%s.wasm is what its sources compile to', async target => {
  const { default: compiler } = (await import(compilerName)) as { default: Compiler }
  const folder = fileURLToPath(new URL('..', import.meta.url))
  const options = ['--config', 'assembly/asconfig.json', '--target', target, '--baseDir', folder]
  let compiled: Uint8Array | undefined
  const { error } = await compiler.main(['assembly/index.ts', ...options, '--outFile', `${target}.wasm`], {
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') compiled = contents
    },
  })
  expect(error).toBeNull()
  const same = Buffer.from(compiled!).equals(read(`${target}.wasm`))
  expect(same, 'dist/wasm is out of date: npm run build -w packages/backend').toBe(true)
})
