import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const built = (file: string) => new URL(`../../../dist/${file}`, import.meta.url).href

/** Runs a program that uses what is built, as one would be written, and waits for its end. */
const run = (program: string, env: Record<string, string> = {}) =>
  promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, ...env },
    timeout: 30_000,
  })

const work = `
  import * as tf from '@tensorflow/tfjs-core'
  import '@tensorflow/tfjs-layers'
  import { useBackend } from '${built('index.js')}'
  const multiply = () => tf.tidy(() => tf.sum(tf.matMul(tf.ones([300, 200]), tf.ones([200, 100]))).dataSync()[0])
`

it('a program with threads says so, works, ends by itself, and prints nothing else', async () => {
  const { stdout, stderr } = await run(`${work}
    await useBackend({ prefer: 'wasm', threads: 2 })
    console.log(multiply())
  `)
  expect(stdout).toBe('6000000\n')
  expect(stderr.replace('256-bit SIMD', 'SIMD')).toBe(
    'onecycle: backend wasm (SIMD, compiled training kernels, 2 threads), as asked for\n',
  )
})

it('the environment can ask for threads, and a program that is ended in the middle of its work ends', async () => {
  const program = `${work}
    await useBackend()
    setTimeout(() => process.exit(3), 50)
    setInterval(multiply)
  `
  await expect(run(program, { ONECYCLE_THREADS: '3' })).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('compiled training kernels, 3 threads)'),
  })
})

it('gradients that are loaded after the start are replaced all the same', async () => {
  const { stdout } = await run(`
    import * as tf from '@tensorflow/tfjs-core'
    import { useBackend } from '${built('index.js')}'
    await useBackend({ threads: 2, log: false })
    await import('@tensorflow/tfjs-layers')
    const { kernelNames } = await tf.profile(() => tf.grad(x => tf.relu(x))(tf.ones([4])))
    console.log(kernelNames.includes('ReluGradient'))
  `)
  expect(stdout).toBe('true\n')
})
