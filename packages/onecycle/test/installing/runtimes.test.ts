import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, root, run, runNode, tsx } from '../run-program.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

// A program finds the packages from where it lies.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.runtimes-'))
  // What `npm init -y` writes.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'user', version: '1.0.0', type: 'commonjs' }))
})
afterAll(() => rm(folder, { recursive: true }))

/** A program that tells left from right, and says how well. */
const training = (first: string) => `${first}
async function main() {
  const x = Float32Array.from({ length: 256 * 64 }, (_, i) => (((i >> 6) % 2 ? i % 8 : (i >> 3) % 8) > 3 ? 1 : 0))
  const y = Int32Array.from({ length: 256 }, (_, i) => i % 2)
  const data = DataBunch.from_arrays({ x, y, shape: [8, 8, 1], valid_pct: 0.25, bs: 32, seed: 1 })
  const learn = new Learner(data, simple_cnn([1, 8, 2], { seed: 1 }), { metrics: [accuracy], seed: 1, progress: false })
  await learn.fit_one_cycle(8, 5e-2)
  const values = await learn.validate()
  console.log(values['accuracy']! > 0.95 ? 'trained' : values, tf.getBackend())
}
main()`
const names = '{ accuracy, DataBunch, Learner, simple_cnn }'
const typed = training(`import ${names} from 'onecycle'\nimport * as tf from 'onecycle/tf'`)
const modules = typed.replace("['accuracy']!", '.accuracy')
const commonjs = training(`const ${names} = require('onecycle')\nconst tf = require('onecycle/tf')`).replace(
  "['accuracy']!",
  '.accuracy',
)

async function write(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

function expectTrained({ code, stdout, stderr }: Ended, threads = ''): void {
  expect(stderr).toMatch(new RegExp(`^onecycle: backend wasm \\([^)]*SIMD, compiled training kernels${threads}\\).*\\n$`))
  expect(stdout).toBe('trained wasm\n')
  expect(code).toBe(0)
}

const reason = (missing?: string) => (missing ? `, left out: ${missing}` : '')

describe.each([20, 22, 24, 26])('Node %s', version => {
  const { path, missing } = findTool(`node ${version}`)

  test.skipIf(missing)(`imports it and requires it${reason(missing)}`, async () => {
    expectTrained(await run(path, [await write('train.mjs', modules)]))
    expectTrained(await run(path, [await write('train.cjs', commonjs)]))
  })
})

describe('Bun', () => {
  const { path, missing } = findTool('bun')

  test.skipIf(missing).each([1, 2])(`trains on %s threads${reason(missing)}`, async threads => {
    const options = { cwd: folder, env: { ONECYCLE_THREADS: String(threads) } }
    expectTrained(await run(path, ['run', await write('train.mjs', modules)], options), threads > 1 ? ', 2 threads' : '')
  })
})

describe('TypeScript', () => {
  test('runs with tsx in a package of npm init -y, which is CommonJS', async () => {
    expectTrained(await tsx(await write('train.ts', typed), { cwd: folder }))
  })

  const { NodeNext, ESNext } = ts.ModuleKind
  test.each([
    ['nodenext', { module: NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
    ['bundler', { module: ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ])('finds the types with moduleResolution %s', async (_, options) => {
    const typeRoots = [join(root, 'node_modules/@types')]
    // TensorFlow.js's own declarations have mistakes.
    const strict = { strict: true, skipLibCheck: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: ['node'], typeRoots }
    const wrong = await write('wrong.mts', `${typed}\nnew Learner()`)
    const program = ts.createProgram([await write('train.ts', typed), wrong], { ...options, ...strict })
    const found = ts.getPreEmitDiagnostics(program)
    expect(found.map(each => [each.file?.fileName, ts.flattenDiagnosticMessageText(each.messageText, '\n')])).toEqual([
      [wrong, expect.stringMatching(/^Expected [\d-]+ arguments, but got 0/)],
    ])
  })

  test('so does TypeScript 7', async () => {
    const program = await write('train.ts', typed)
    const tsc = join(root, 'node_modules/typescript-7/bin/tsc')
    for (const module of ['nodenext', 'preserve']) {
      const settings = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--types', 'node', '--module', module]
      const { code, stdout } = await runNode([tsc, '--ignoreConfig', ...settings, program], { cwd: folder })
      expect([code, stdout]).toEqual([0, ''])
    }
  })
})
