import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

// A program finds the packages from where it lies.
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.entry-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function program(name: string, text: string, env: Record<string, string> = {}) {
  await writeFile(join(folder, name), text)
  return runNode([join(folder, name)], { cwd: folder, env })
}

const training = `
  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
  const data = DataBunch.from_arrays({ x, y: x.map(v => 2 * v), bs: 8, seed: 1 })
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })] })
  const learn = new Learner(data, model, { progress: false })`

test('a CommonJS program requires it and trains on wasm with a model made before', async () => {
  const { code, stdout, stderr } = await program(
    'train.cjs',
    `const { DataBunch, Learner } = require('onecycle')
    const { layers, sequential } = require('@tensorflow/tfjs-layers')
    const { getBackend } = require('@tensorflow/tfjs-core')
    ${training}
    const before = getBackend()
    learn.fit(0.1, 3).then(({ losses }) => console.log(before, getBackend(), losses.at(-1) < losses[0] / 10))`,
  )
  expect(stderr).not.toMatch(/Error/)
  expect(stdout).toBe('cpu wasm true\n')
  expect(code).toBe(0)
})

test('a backend that the program sets after the import stays', async () => {
  const { stdout } = await program(
    'cpu.mjs',
    `import { setBackend, getBackend } from '@tensorflow/tfjs-core'
    import { layers, sequential } from '@tensorflow/tfjs-layers'
    import { DataBunch, Learner } from 'onecycle'
    await setBackend('cpu')
    ${training}
    await learn.fit(0.1, 1)
    console.log(getBackend())`,
  )
  expect(stdout).toBe('cpu\n')
})

test('a backend that is asked for and cannot be had is an error of the first call that needs it', async () => {
  const { stdout } = await program(
    'none.mjs',
    `import { layers, sequential } from '@tensorflow/tfjs-layers'
    import { DataBunch, Learner } from 'onecycle'
    ${training}
    for (let i = 0; i < 2; i++) await learn.fit(0.1, 1).catch(error => console.log(error.message))`,
    { ONECYCLE_BACKEND: 'abacus' },
  )
  expect(stdout.split('\n').filter(line => line.startsWith("Unknown backend 'abacus'"))).toHaveLength(2)
})

// The backends come packed with @onecycle/backend; a program may have them of TensorFlow.js's packages too.
test.each([
  ['before', ["import '@tensorflow/tfjs-backend-cpu'", "import '@tensorflow/tfjs-backend-wasm'", "import 'onecycle'"]],
  ['after', ["import 'onecycle'", "import '@tensorflow/tfjs-backend-wasm'", "import '@tensorflow/tfjs-backend-cpu'"]],
])('a program that imports backends itself, %s, trains as any other, and nothing warns', async (when, imports) => {
  const { stdout, stderr } = await program(
    `${when}.mjs`,
    `${imports.join('\n')}
    import { getBackend } from '@tensorflow/tfjs-core'
    import { layers, sequential } from '@tensorflow/tfjs-layers'
    import { DataBunch, Learner } from 'onecycle'
    ${training}
    const { losses } = await learn.fit(0.1, 3)
    console.log(getBackend(), losses.at(-1) < losses[0] / 10)`,
  )
  expect(stderr).toMatch(/^onecycle: backend wasm \(.*compiled training kernels.*\n$/)
  expect(stdout).toBe('wasm true\n')
})

test('a backend that the program has started of the package itself stays', async () => {
  const { stdout, stderr } = await program(
    'started.mjs',
    `import { getBackend, setBackend, tensor1d } from '@tensorflow/tfjs-core'
    import '@tensorflow/tfjs-backend-cpu'
    await setBackend('cpu')
    const kept = tensor1d([1, 2])
    const { layers, sequential } = await import('@tensorflow/tfjs-layers')
    const { DataBunch, Learner } = await import('onecycle')
    ${training}
    await learn.fit(0.1, 1)
    console.log(getBackend(), [...kept.dataSync()].join())`,
  )
  expect(stdout).toBe('cpu 1,2\n')
  expect(stderr).not.toMatch(/already/)
})
