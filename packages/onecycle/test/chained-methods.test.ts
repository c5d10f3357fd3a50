import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, runNode, tsx } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

// A program finds the packages from where it lies.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.chained-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function written(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

const program = `
  const bunch = DataBunch.from_arrays({ x: new Float32Array(4), y: Float32Array.from([1, 5, 2, 3]), bs: 4, seed: 1 })
  async function main() {
    for await (const { ys } of bunch.train_dl) console.log((ys as tf.Tensor).square().sum().dataSync()[0])
    console.log(tf.tensor1d([3, 7, 5]).argMax(-1).dataSync()[0])
  }
  main()`
const modules = `import { DataBunch } from 'onecycle'
  import * as tf from '@tensorflow/tfjs-core'
  ${program}`
const plain = (text: string) => text.replace('(ys as tf.Tensor)', 'ys')

const runs: Record<string, () => ReturnType<typeof runNode>> = {
  'a module': async () => runNode([await written('module.mjs', plain(modules))]),
  'a CommonJS program': async () =>
    runNode([
      await written(
        'common.cjs',
        `const { DataBunch } = require('onecycle')
        const tf = require('@tensorflow/tfjs-core')
        ${plain(program)}`,
      ),
    ]),
  'a program that tsx makes CommonJS': async () => {
    await written('package.json', '{ "type": "commonjs" }')
    return tsx(await written('program.ts', modules))
  },
  'a bundle of the modules that a browser gets': async () => {
    const outfile = join(folder, 'bundle.mjs')
    await build({
      stdin: { contents: plain(modules), resolveDir: folder },
      outfile,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['browser', 'module', 'main'],
      external: [
        'node:*',
        'chalk',
        'vega',
        'vega-lite',
        'util',
        'crypto',
        'fs',
        'path',
        'os',
        'worker_threads',
        'perf_hooks',
        'url',
      ],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
      logLevel: 'error',
    })
    return runNode([outfile])
  },
}

test.each(Object.keys(runs))('%s has the methods', async name => {
  const { code, stdout, stderr } = await runs[name]!()
  expect(stderr.slice(-1000)).not.toMatch(/Error/)
  expect(stdout).toBe('39\n1\n')
  expect(code).toBe(0)
})

const methods = join(root, 'node_modules/@tensorflow/tfjs-core/dist/public/chained_ops')
const names = readdirSync(methods).flatMap(file =>
  file.endsWith('.js')
    ? [...readFileSync(join(methods, file), 'utf8').matchAll(/prototype\.(\w+) =/g)].map(([, name]) => name)
    : [],
)

test.each([
  ['nodenext', ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
  ['bundler', ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
])('the types of all come with an import of onecycle, resolved as %s', async (name, module, moduleResolution) => {
  expect(names.length).toBeGreaterThan(130)
  const all = names.map(method => `x.${method}`)
  const file = await written(`${name}.mts`, `${modules}\ndeclare const x: tf.Tensor\n${all.join('\n')}\nx.argMost`)
  // TensorFlow.js' own declarations are not as strict.
  const options = { module, moduleResolution, target: ts.ScriptTarget.ES2022, strict: true, skipLibCheck: true, types: ['node'] }
  const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options))
  expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))).toEqual([
    expect.stringContaining("'argMost' does not exist on type 'Tensor<Rank>'"),
  ])
})
