import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('onecycle/inference loads nothing that trains', async () => {
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: ['packages/onecycle/src/inference.ts'], tsconfig: 'tsconfig.check.json' },
    ...{ bundle: true, write: false, metafile: true, platform: 'node', format: 'esm', logLevel: 'silent', outdir: 'never' },
    external: ['@tensorflow/*', '#backend/*', '*/tfjs-cpu.js', '*/tfjs-wasm.js'],
  })
  const files = Object.keys(metafile.inputs)
  const ours = (room: string) =>
    files.filter(file => file.startsWith(`packages/${room}/src/`)).map(file => file.split('/src/')[1])
  expect([...ours('callbacks'), ...ours('recorder'), ...ours('plot')]).toEqual([])
  expect(ours('learner').sort()).toEqual([
    ...['export/answer.ts', 'export/manifest.ts', 'export/predictor.ts', 'export/row-tensors.ts', 'inference.ts'],
    ...['model/arrange-inputs.ts', 'model/random-layers.ts', 'model/sample-tensors.ts', 'model/shape.ts'],
    ...['model/tensor-methods.ts', 'model/trainable-model.ts', 'random/draws.ts'],
  ])
  expect(ours('data').filter(file => /load(er)?|bunch|sampler|source|datasets/.test(file!))).toEqual([])
})
