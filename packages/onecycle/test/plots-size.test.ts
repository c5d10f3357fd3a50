import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

interface Output {
  imports: { path: string; kind: string }[]
  inputs: Record<string, unknown>
  entryPoint?: string
}

test('a page with plots and progress loads neither TensorFlow.js nor, before the first picture, what draws it', async () => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: "import { Recorder, progressIn } from '@onecycle/recorder'\nglobalThis.page = [Recorder, progressIn]",
      resolveDir: `${root}/packages/onecycle`,
    },
    ...{ bundle: true, format: 'esm', splitting: true, minify: true, write: false, metafile: true, outdir: 'out' },
  })
  const outputs: Record<string, Output> = metafile.outputs
  const loaded = new Set<string>()
  const load = (name: string) => {
    if (loaded.has(name)) return
    loaded.add(name)
    for (const { path, kind } of outputs[name]!.imports) if (kind === 'import-statement') load(path)
  }
  load(Object.keys(outputs).find(name => outputs[name]!.entryPoint === '<stdin>')!)
  expect(
    [...loaded]
      .flatMap(name => Object.keys(outputs[name]!.inputs))
      .filter(path => /@tensorflow|vega-runtime|chalk|terminal-plot|terminal-panel|plot\/dist\/vega\.js/.test(path)),
  ).toEqual([])
  // esbuild loads what an index names as soon as a part that comes later uses it: the live page's heat maps are 6 KB of these.
  const sizes = outputFiles
    .filter(({ path }: { path: string }) => [...loaded].some(name => path.endsWith(name)))
    .map(({ contents }: { contents: Uint8Array }) => gzipSync(contents).length)
  expect(sizes.length).toBe(loaded.size)
  expect(sizes.reduce((sum: number, size: number) => sum + size)).toBeLessThan(27_000)
})
