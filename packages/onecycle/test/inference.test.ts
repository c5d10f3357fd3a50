import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('onecycle/inference loads nothing that trains, and of the kinds of data the one that is predicted', async () => {
  const { metafile } = await build({
    ...{ absWorkingDir: root, entryPoints: ['packages/onecycle/src/inference.ts'], tsconfig: 'tsconfig.check.json' },
    ...{ bundle: true, splitting: true, write: false, metafile: true, platform: 'node', format: 'esm', logLevel: 'silent' },
    ...{ outdir: 'never', external: ['@tensorflow/*', '#backend/*', '*/tfjs-cpu.js', '*/tfjs-wasm.js'] },
  })
  const of = (files: readonly string[], room: string) =>
    files.filter(file => file.startsWith(`packages/${room}/src/`)).map(file => file.split('/src/')[1]!)
  const ours = (room: string) => of(Object.keys(metafile.inputs), room)
  expect([...ours('callbacks'), ...ours('recorder'), ...ours('plot')]).toEqual([])
  expect(ours('learner').sort()).toEqual([
    ...[
      'export/answer-items.ts',
      'export/answer.ts',
      'export/generate.ts',
      'export/manifest.ts',
      'export/own-layers.ts',
      'export/predict-csv.ts',
      'export/predictor.ts',
      'inference.ts',
    ],
    ...[
      'model/arrange-inputs.ts',
      ...[
        'attend',
        'dropout-mask',
        'inner-layers',
        'masks',
        'multi-head-attention',
        'positional-embedding',
        'transformer-block',
      ].map(name => `model/attention/${name}.ts`),
      'model/dense-blocks.ts',
      'model/dispose-model.ts',
      'model/layer-kinds.ts',
      'model/orthogonal.ts',
      'model/random-layers.ts',
      ...['gru', 'read-by-name', 'reset-after-cell'].map(name => `model/recurrent/${name}.ts`),
      'model/sample-tensors.ts',
      'model/shape.ts',
    ],
    ...[
      'model/tensor-methods.ts',
      'model/trainable-model.ts',
      'node/orthogonal.ts',
      'node/tensor-display.ts',
      'random/draw-seed.ts',
      'random/draws.ts',
      'replay/replayable.ts',
    ],
  ])
  expect(ours('data').filter(file => /load(er)?|bunch|sampler|datasets/.test(file))).toEqual([])

  /** Files that come at once with this one, and not when they are asked for. */
  const filesWith = (file: string) => {
    const parts = new Set(Object.keys(metafile.outputs).filter(part => metafile.outputs[part]!.entryPoint?.endsWith(file)))
    for (const part of parts)
      for (const { path, kind } of metafile.outputs[part]!.imports)
        if (kind === 'import-statement' && path in metafile.outputs) parts.add(path)
    const files = [...parts].flatMap(part => Object.keys(metafile.outputs[part]!.inputs))
    expect(files).not.toEqual([])
    return files
  }
  expect(filesWith('onecycle/src/inference.ts').filter(file => /\/(attention|recurrent)\//.test(file))).toEqual([])
  const roomsWith = (file: string) => [...new Set(of(filesWith(file), 'data').flatMap(each => each.match(/^\w+(?=\/)/g) ?? []))]
  expect(roomsWith('onecycle/src/inference.ts')).toEqual([])
  expect(roomsWith('data/src/table/row-inputs.ts')).toEqual(['table'])
  expect(roomsWith('data/src/item/sample-inputs.ts')).toEqual(['item', 'transform'])
  expect(roomsWith('data/src/text/text-inputs.ts')).toEqual(['text'])
})
