import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { complaints, examples, withImports } from './compile-snippets.js'
import { undocumented } from './documented.js'
import { givenToRows, there } from './migration-tables.js'
import { root } from './run-program.js'
import { blocksOf, type Snippet } from './snippets.js'

// What asks the compiler about our sources stands in one file: to read them takes it four seconds.

/** What a reader of a README or of an example has at hand. */
const given = `
declare module '@tensorflow/tfjs' {
  export * from '@tensorflow/tfjs-core'
  export * from '@tensorflow/tfjs-layers'
}
declare const learn: import('onecycle').Learner
declare const again: import('onecycle').Learner
declare const data: import('onecycle').DataBunch
declare const larger: { train: import('onecycle').Dataset; valid: import('onecycle').Dataset }
declare const dataset: import('onecycle').Dataset
declare const model: import('@tensorflow/tfjs-layers').Sequential
declare const generator: import('@tensorflow/tfjs-layers').Sequential
declare const critic: import('@tensorflow/tfjs-layers').Sequential
declare const tf: typeof import('@tensorflow/tfjs')
declare const x: import('@tensorflow/tfjs-core').Tensor
declare const y: import('@tensorflow/tfjs-core').Tensor
declare const bytes: Uint8Array
declare const labels: Int32Array
declare const element: Parameters<import('onecycle').Plot['mount']>[0]
declare const weights: number[]
declare const smoothLoss: number
declare const history: import('onecycle').History
declare const first: import('onecycle').History
declare const second: import('onecycle').History
declare const gradients: import('onecycle').GradientStats
declare const activations: import('onecycle').ActivationStats
declare const profiler: import('onecycle').Profiler
declare const f1: import('onecycle').MetricFunction
declare const Worker: new (script: URL, options: { type: 'module' }) => import('onecycle/page').Endpoint
declare const training: import('onecycle/page').Training
declare const stopping: import('onecycle').Callback
declare const stopAfterTwo: import('onecycle').Callback
`

const strictest = {
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
}

test('the compiler would find a mistake', () => {
  const wrong: Snippet[] = [
    { where: 'a', code: "import { ParamScheduler } from 'onecycle'\n\nnew ParamScheduler({ lr: 'fast' })" },
    { where: 'b', code: "import { fit } from 'onecycle'" },
    { where: 'c', code: 'const = 1' },
  ]
  expect([...new Set(complaints(wrong, given))]).toEqual([
    expect.stringMatching(/^a, line 3: Type 'string' is not assignable/),
    expect.stringMatching(/^b, line 1: .*no exported member 'fit'/),
    expect.stringMatching(/^c, line 1: Variable declaration expected/),
  ])
})

test('the programs of the README are as strict as anyone’s, each after those before it', () => {
  const blocks = blocksOf('README.md')
  expect(blocks.length).toBeGreaterThan(5)
  const program = { where: 'README.md, all programs', code: blocks.map(({ code }) => code).join('\n') }
  expect(complaints([blocks[0]!, program], given, strictest)).toEqual([])
})

test('so are those of the packages’ READMEs and of the documents', () => {
  const files = [
    ...readdirSync(join(root, 'packages')).map(name => `packages/${name}/README.md`),
    ...readdirSync(join(root, 'docs')).flatMap(name => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ]
  const blocks = files.flatMap(blocksOf)
  expect(blocks.length).toBeGreaterThan(10)
  expect(complaints(blocks, given, strictest)).toEqual([])
})

test('so are those that mend errors, with imports of what they use', () => {
  const blocks = readdirSync(join(root, 'docs/errors')).flatMap(name => blocksOf(`docs/errors/${name}`))
  expect(blocks.length).toBeGreaterThan(150)
  expect(complaints(blocks.map(withImports), given)).toEqual([])
})

test('every example of the public API compiles', () => {
  const all = examples()
  expect(all.length).toBeGreaterThan(80)
  expect(complaints(all.map(withImports), given)).toEqual([])
})

test('so do the rows of the migration tables', () => {
  expect(complaints(there.map(withImports), givenToRows)).toEqual([])
})

test('every public name has a docstring, and an example that shows it', () => {
  const { names, missing } = undocumented()
  expect(names).toBeGreaterThan(700)
  expect(missing.map(({ what, name, entry, where }) => `${name} of ${entry} has no ${what} (${where})`)).toEqual([])
})
