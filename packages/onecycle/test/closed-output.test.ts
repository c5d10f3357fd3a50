import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, root } from './run-program.js'

let folder: string
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not there: these tests run what is built. Run first: npm run build`)
  await mkdir(join(root, 'runs'), { recursive: true })
  folder = await mkdtemp(join(root, 'runs/test-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a line of shell in which $NODE is node; `status` is what the program told file 3, its exit code last. */
function shell(line: string): Promise<{ stdout: string; stderr: string; status: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], {
      cwd: folder,
      env: { ...process.env, NODE: process.execPath, ONECYCLE_BACKEND: 'cpu' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const texts = ['', '', '']
    for (const i of [0, 1, 2]) (child.stdio[i + 1] as NodeJS.ReadableStream).on('data', text => (texts[i] += text))
    child.on('error', reject)
    child.on('close', () => resolve({ stdout: texts[0]!, stderr: texts[1]!, status: texts[2]! }))
  })
}

describe('a program whose output is closed or full', () => {
  const program = `
    import { layers, sequential } from '@tensorflow/tfjs-layers'
    import { DataBunch, Learner } from 'onecycle'

    const x = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i))
    const data = DataBunch.from_arrays({ x, y: x.map(v => 3 * v), shape: [1], valid_pct: 0.2, bs: 8, seed: 1 })
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
    const learn = new Learner(data, model, {
      progress: { every: 0.001 },
      callbacks: [{ after_epoch: () => void process.stdout.write('a line of a callback\\n') }],
    })
    await learn.lr_find()
    learn.recorder.plot({ show: true })
    await learn.fit_one_cycle(3, 0.1)
    console.log('a line of the program')
    learn.recorder.plot_losses({ show: true })
    await learn.fit_one_cycle(4, 0.1)
    if (learn.recorder.history.epochs.length !== 4) process.exit(1)
    console.error('4 epochs')`
  beforeAll(() => writeFile(join(folder, 'train.mjs'), program))

  test.each([
    ['$NODE train.mjs; echo $? >&3', /.{99}/s],
    ['($NODE train.mjs; echo $? >&3) | head -2', /^.*\n.*\n$/],
    ['($NODE train.mjs; echo $? >&3) | true', /^$/],
  ])('trains to its end: %s', async (line, expected) => {
    const { stdout, stderr, status } = await shell(line)
    expect(stdout).toMatch(expected)
    expect(stderr).toMatch(/^onecycle: backend cpu.*\n4 epochs\n$/)
    expect(status).toBe('0\n')
  })

  test('trains to its end where nobody hears its first word either', async () => {
    const { status } = await shell('($NODE train.mjs; echo $? >&3) 2>&1 | true')
    expect(status).toBe('0\n')
  })

  test('and says of a full disk that it is one', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'no /dev/full here')
    const { stderr, status } = await shell('$NODE train.mjs > /dev/full; echo $? >&3')
    expect(stderr).toMatch(/^onecycle: backend cpu.*\nonecycle: standard output fails \(ENOSPC.*\n4 epochs\n$/)
    expect(status).toBe('0\n')
  })
})

describe('the command line', () => {
  test('finishes a demo that nobody reads', async () => {
    const demo = `$NODE ${cli} demo --backend wasm --epochs 1 --samples 640 --out demo`
    const { stdout, status } = await shell(`(${demo}; echo $? >&3) | head -2`)
    expect(stdout).toBe('\nThe three runs compared\n')
    expect(status).toBe('0\n')
    expect(await readFile(join(folder, 'demo/report.html'), 'utf8')).toContain('<svg')
  })

  test('is content with a reader that has seen enough', async () => {
    const { stdout, stderr, status } = await shell(
      `($NODE ${cli} schedule one_cycle --lr 1 --epochs 10 --batches 100000 --json; echo $? >&3) | head -c 10`,
    )
    expect([stdout, stderr, status]).toEqual(['{"steps":1', '', '0\n'])
  })

  test('fails where what was asked for could not be written', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'no /dev/full here')
    const { stderr, status } = await shell(`$NODE ${cli} schedule one_cycle --lr 1 --json > /dev/full; echo $? >&3`)
    expect(stderr).toMatch(/^error: The output could not be written: ENOSPC/)
    expect(status).toBe('1\n')
  })
})
