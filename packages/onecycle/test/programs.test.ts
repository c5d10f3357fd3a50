import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { javaScriptOf, programArguments, root, runNode } from './run-program.js'

describe('every example and notebook reaches what it claims', () => {
  test.each([
    'examples/mnist-sample.ts',
    'examples/mnist.ts',
    'examples/tabular-iris.ts',
    'examples/tabular.ts',
    'examples/data-block.ts',
    'examples/keras-clr.ts',
    'examples/gan.ts',
    'examples/segmentation.ts',
    'examples/embeddings.ts',
    'notebooks/01-one-cycle.ts',
  ])('%s', { timeout: 240_000 }, async file => {
    const { code, stderr } = await runNode(await programArguments(join(root, file)))
    // A Learner for a kind of data says what it has chosen.
    expect(stderr).toMatch(/^(\w+_learner: .*\n)?onecycle: backend wasm .*\n$/)
    expect(code).toBe(0)
  })

  test('examples/plain-tfjs.ts, with nothing of ours but the kernels', { timeout: 240_000 }, async () => {
    const { code, stdout } = await runNode(await programArguments(join(root, 'examples/plain-tfjs.ts')))
    expect(stdout).toMatch(/^wasm: 2 epochs of 8,000 digits/)
    expect(code).toBe(0)
  })
})

describe('the README', () => {
  test('its programs run, each after those before it, and the first trains in at most twelve lines', {
    timeout: 240_000,
  }, async () => {
    const [first, ...others] = await programs()
    expect(first!.trim().split('\n').length).toBeLessThanOrEqual(12)
    const said = 'console.log()\nconsole.log(JSON.stringify(learn.recorder.history.epochs))'
    const { code, stdout, stderr } = await runInRepository([first, said, ...others].join('\n'))
    expect(stderr).toMatch(/^onecycle: backend wasm .*\n$/)
    expect(code).toBe(0)
    const epochs = JSON.parse(/^\[\{.*\}\]$/m.exec(stdout)![0])
    expect(epochs.at(-1).accuracy).toBeGreaterThan(0.97)
  })

  test('shows no picture and links to no file that is not there', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(match => match[1]!)
    expect(links.length).toBeGreaterThan(3)
    for (const link of links)
      await expect(
        readFile(join(root, link)).then(
          () => link,
          error => error,
        ),
      ).resolves.toBe(link)
  })
})

describe('importing onecycle', () => {
  const backendAfter = (before: string) => `
    import { getBackend, setBackend } from '@tensorflow/tfjs-core'
    ${before}
    console.log(getBackend())`

  const chosen = "await (await import('onecycle')).ready()"

  test('lets ready() choose a backend', async () => {
    const { stdout, stderr } = await runInRepository(backendAfter(chosen))
    expect(stdout).toBe('wasm\n')
    expect(stderr).toMatch(/^onecycle: backend wasm/)
  })

  test('takes the one that the environment asks for', async () => {
    const { stdout, stderr } = await runInRepository(backendAfter(chosen), { ONECYCLE_BACKEND: 'cpu' })
    expect(stdout).toBe('cpu\n')
    expect(stderr).toMatch(/^onecycle: backend cpu .*as asked for/)
  })

  test('leaves alone the one that the program has set, without a word', async () => {
    const set = `await import('@tensorflow/tfjs-backend-cpu'); await setBackend('cpu'); ${chosen}`
    const { stdout, stderr } = await runInRepository(backendAfter(set))
    expect(stdout).toBe('cpu\n')
    expect(stderr).not.toContain('onecycle:')
  })

  test('leaves an error to the program: it is shown where it was thrown', async () => {
    const { code, stderr } = await runInRepository(`${chosen}\nsetTimeout(() => {\n  throw new Error('of the program')\n})`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/program\.mjs:\d+\n.*throw new Error/)
    expect(stderr.length).toBeLessThan(2000)
  })

  test('chooses nothing by itself, nor does @onecycle/learner', async () => {
    const { code, stdout, stderr } = await runInRepository(backendAfter("await import('@onecycle/learner')"))
    expect([code, stdout, stderr]).toEqual([0, 'undefined\n', ''])
  })
})

/** The README's programs, in its order, but for the files of a page and its worker, which begin with their name. */
async function programs(): Promise<string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const all = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(match => match[1]!)
  return all.filter(program => !/^\/\/ [\w-]+\.ts\n/.test(program))
}

/** Runs a program from a file of its own inside the repository, where it finds the packages. */
async function runInRepository(program: string, env: Record<string, string> = {}) {
  await mkdir(join(root, 'runs'), { recursive: true })
  const folder = await mkdtemp(join(root, 'runs/test-'))
  try {
    const file = join(folder, 'program.mjs')
    await writeFile(file, await javaScriptOf(program))
    return await runNode([file], { cwd: folder, env })
  } finally {
    await rm(folder, { recursive: true })
  }
}
