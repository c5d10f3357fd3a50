// Alone: it loads our sources and a backend.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'
import type { Learner } from 'onecycle'
import { connect } from 'onecycle/page'
import type { Served } from 'onecycle/worker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

// A program finds the packages from where it lies.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.worker-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function worker(name: string, text: string): Promise<Worker> {
  await writeFile(join(folder, name), text)
  // What these workers say of their backend is no matter here.
  return new Worker(join(folder, name), { stderr: true })
}

const program = `
  import { DataBunch, Learner, useBackend } from 'onecycle'
  import { layers, sequential } from 'onecycle/tf'
  import { serve } from 'onecycle/worker'

  serve({
    async create() {
      await useBackend({ prefer: 'cpu', log: false })
      const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
      const data = DataBunch.from_arrays({ x, y: x.map(v => 2 * v), bs: 8, seed: 1 })
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })] })
      return new Learner(data, model, { progress: false })
    },
    run: (learn, epochs) => learn.fit(0.1, epochs),
    functions: { exit: () => process.exit(3), crash: () => void setTimeout(() => { throw new RangeError('crashed') }) },
  })`
type Program = Served<
  number,
  Awaited<ReturnType<Learner['fit']>>,
  Learner,
  Record<never, never>,
  { exit: () => void; crash: () => void }
>

test('a worker of worker_threads trains for the program that began it', async () => {
  const training = connect<Program>(await worker('train.mjs', program))
  const history = await training.start(3)
  expect(history.losses.at(-1)).toBeLessThan(history.losses[0]! / 10)
  expect(training.history).toEqual(history)
  const { values } = await training.predict([[0.5]])
  expect(values[0]).toBeCloseTo(1, 1)
  const failure = expect(training.run(1e6)).rejects.toMatchObject({ name: 'AbortError' })
  await new Promise<void>(resolve => void training.on('epoch', () => resolve()))
  await training.stop()
  await failure
  training.close()
})

test.each([
  ['that ends', 'exit', 'The worker has ended with exit code 3.'],
  ['in which an error is not caught', 'crash', 'crashed'],
] as const)('a worker %s rejects what waits', async (_, call, message) => {
  const training = connect<Program>(await worker('train.mjs', program))
  const failure = expect(training.run(1e6)).rejects.toThrow(message)
  await new Promise<void>(resolve => void training.on('begin', () => resolve()))
  training.call(call).catch(() => {})
  await failure
  expect(training.state).toBe('closed')
})

test('a worker that cannot be loaded rejects what waits', async () => {
  const training = connect<Program>(await worker('broken.mjs', "import 'nowhere'"))
  await expect(training.start(1)).rejects.toThrow("Cannot find package 'nowhere'")
})

test('in a main program there is nobody to serve', async () => {
  const { serve } = await import('onecycle/worker')
  expect(() => serve({ create: () => ({}) as Learner, run: () => 1 }, undefined)).toThrow('this is no worker')
})

test('the page’s side is a few kilobytes, without the Learner and TensorFlow.js', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: "export { connect } from 'onecycle/page'", resolveDir: root },
    ...{ bundle: true, minify: true, format: 'esm', write: false, metafile: true, logLevel: 'error' },
  })
  const packages = Object.entries(
    Object.values<{ inputs: Record<string, { bytesInOutput: number }> }>(metafile.outputs)[0]!.inputs,
  )
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => /(packages|node_modules)\/(@\w+\/)?[^/]+/.exec(file)![0])
  expect([...new Set(packages)].sort()).toEqual(['packages/onecycle', 'packages/platform'])
  expect(gzipSync(outputFiles[0].contents).length).toBeLessThan(4000)
})
