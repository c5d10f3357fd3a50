import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

let folder: string
beforeAll(async () => {
  await mkdir(join(root, 'runs'), { recursive: true })
  folder = await mkdtemp(join(root, 'runs/test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A Learner that would train for minutes, and says when it has begun. */
const setUp = `
  import { layers, sequential } from '@tensorflow/tfjs-layers'
  import { DataBunch, InterruptedError, Learner } from 'onecycle'

  const x = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i))
  const data = DataBunch.from_arrays({ x, y: x.map(v => 3 * v), shape: [1], bs: 8, seed: 1 })
  const make = () =>
    new Learner(data, sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] }), {
      progress: false,
      callbacks: [
        { after_batch: ({ train_iter }) => train_iter === 20 && console.log('begun') },
        { after_fit: ({ reason }) => console.log('cleaned up: ' + reason) },
      ],
    })
  process.on('exit', code => console.log('exit ' + code))
`

/** Runs a program and sends it a signal when it says that it has begun. */
async function interrupted(name: string, program: string, by: NodeJS.Signals = 'SIGINT', node: string[] = []) {
  const file = join(folder, name)
  await writeFile(file, setUp + program)
  let sent = false
  const { stderr, ...ended } = await runNode([...node, file], {
    env: { ONECYCLE_BACKEND: 'cpu' },
    watch(stdout, kill) {
      if (sent || !stdout.includes('begun')) return
      sent = true
      kill(by)
    },
  })
  return { ...ended, stderr: stderr.replace(/^onecycle: backend .*\n/, '') }
}

const line = /^Interrupted by (Ctrl-C|SIGTERM): fit, after training batch \d of 8 in epoch \d+\.\n$/

describe('a program that does not catch it ends in one line', () => {
  test.each([
    ['awaited-at-the-top.mjs', 'await make().fit(1e-3, 1e6)', []],
    ['awaited-at-the-top.ts', 'await make().fit(1e-3, 1e6)', ['--import', 'tsx']],
    ['awaited-in-main.mjs', 'async function main() { await make().fit(1e-3, 1e6) }\nmain()', []],
    ['not-awaited.mjs', 'make().fit(1e-3, 1e6)', []],
    ['six-fits.mjs', 'for (let i = 0; i < 6; i++) await make().fit(1e-3, 1e6)', []],
    ['rethrown.mjs', 'await make().fit(1e-3, 1e6).catch(error => setTimeout(() => { throw error }))', []],
  ] as const)('%s', async (name, program, node) => {
    const { code, stdout, stderr } = await interrupted(name, program, 'SIGINT', [...node])
    expect(stderr).toMatch(line)
    expect([code, stdout]).toEqual([130, 'begun\ncleaned up: interrupted\nexit 130\n'])
  })

  test('SIGTERM gives 143', async () => {
    const { code, stderr } = await interrupted('terminated.mjs', 'await make().fit(1e-3, 1e6)', 'SIGTERM')
    expect(stderr).toMatch(line)
    expect(code).toBe(143)
  })
})

describe('a program that handles it goes on', () => {
  test.each([
    [
      'caught.mjs',
      `try {
         await make().fit(1e-3, 1e6)
       } catch (error) {
         console.log(error instanceof InterruptedError, error.signal)
       }`,
      'true SIGINT',
    ],
    [
      'uncaught-exception.mjs',
      `process.on('uncaughtException', error => console.log('handled ' + error.name))
       await make().fit(1e-3, 1e6)`,
      'handled InterruptedError',
    ],
    [
      'capture-callback.mjs',
      `process.setUncaughtExceptionCaptureCallback(error => console.log('handled ' + error.name))
       await make().fit(1e-3, 1e6)`,
      'handled InterruptedError',
    ],
    [
      'unhandled-rejection.mjs',
      `process.on('unhandledRejection', error => console.log('handled ' + error.name))
       make().fit(1e-3, 1e6)`,
      'handled InterruptedError',
    ],
  ])('%s', async (name, program, told) => {
    const { code, stdout, stderr } = await interrupted(name, program)
    expect([code, stdout, stderr]).toEqual([0, `begun\ncleaned up: interrupted\n${told}\nexit 0\n`, ''])
  })

  test('another error is shown as ever', async () => {
    const program = `await make().fit(1e-3, 1e6).catch(error => { throw new Error('mine', { cause: error }) })`
    const { code, stderr } = await interrupted('other.mjs', program)
    expect(code).toBe(1)
    expect(stderr).toMatch(/Error: mine\n {4}at /)
  })
})

test('a second Ctrl-C ends the program that is still cleaning up', async () => {
  const program = `
    await make().fit(1e-3, 1e6, { callbacks: [{ async after_fit() {
      console.log('slow')
      await new Promise(resolve => setTimeout(resolve, 60000))
    } }] })`
  const file = join(folder, 'second.mjs')
  await writeFile(file, setUp + program)
  let sent = 0
  const { code, stdout } = await runNode([file], {
    env: { ONECYCLE_BACKEND: 'cpu' },
    watch(stdout, kill) {
      if (sent < [/begun/, /slow/].filter(word => word.test(stdout)).length) {
        sent++
        kill('SIGINT')
      }
    },
  })
  expect([code, stdout]).toEqual([null, 'begun\ncleaned up: interrupted\nslow\n'])
})

describe('a REPL goes on', () => {
  test.each([
    ['after a signal', 'make().fit(1e-3, 1e6); 0', (child: ChildProcess) => void child.kill('SIGINT')],
    // On a terminal Ctrl-C is a key to a REPL, which tells it as an event of its own.
    [
      'after the key on a terminal',
      'await make().fit(1e-3, 1e6)',
      ({ stdin }: ChildProcess) => void stdin!.write("require('node:repl').repl.emit('SIGINT')\n"),
    ],
  ])('%s', async (_, program, interrupt) => {
    const child = spawn(process.execPath, ['-i'], { cwd: folder, env: { ...process.env, ONECYCLE_BACKEND: 'cpu' } })
    let said = ''
    const saw = (word: RegExp) =>
      new Promise<void>(resolve => {
        const look = () => void (word.test(said) && resolve())
        child.stdout.on('data', look)
        look()
      })
    child.stdout.setEncoding('utf8').on('data', text => {
      said += text
    })
    child.stderr.resume()
    const ended = new Promise<number | null>(resolve => child.on('close', resolve))
    await writeFile(join(folder, 'repl.mjs'), `${setUp}\nexport { make }`)
    child.stdin.write("let make; import('./repl.mjs').then(m => { make = m.make; console.log('loaded') }); 0\n")
    await saw(/loaded/)
    child.stdin.write(`${program}\n`)
    await saw(/begun/)
    interrupt(child)
    await saw(/cleaned up: interrupted/)
    await new Promise(resolve => setTimeout(resolve, 200))
    child.stdin.write("'still ' + 'here'\n")
    await saw(/still here/)
    child.stdin.end('.exit\n')
    expect(await ended).toBe(0)
  })
})
