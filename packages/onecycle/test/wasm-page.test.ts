import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage, openPage } from './chromium.js'
import { root, tsx } from './run-program.js'
import type { Answer, Task } from './wasm-training.js'

// The bundlers that tsx and vitest bring.
const broughtBy = (name: string) => createRequire(createRequire(import.meta.url).resolve(name))
const { build } = broughtBy('tsx')('esbuild')
const { build: viteBuild } = await import(broughtBy('vitest/package.json').resolve('vite'))

const training = fileURLToPath(new URL('wasm-training.ts', import.meta.url))
const inline = "import '@onecycle/backend/wasm/inline'\n"

/** The training as a page's script and as a worker's, which answer the same tasks. */
const scripts = {
  page: 'globalThis.train = training.train',
  worker: `onmessage = async ({ data }) => {
    try { postMessage({ answer: await training.train(data) }) } catch (error) { postMessage({ failure: error.message }) }
  }`,
}

const workerOf = (address: string) => `globalThis.trainInWorker = task => new Promise((resolve, reject) => {
  const worker = new Worker(${address}, { type: 'module' })
  worker.onerror = event => reject(new Error(event.message))
  worker.onmessage = ({ data }) => data.answer ? resolve(data.answer) : reject(new Error(data.failure))
  worker.postMessage(task)
})`

const html = (script: string) => `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`

describe.skipIf(noChromium)(`the wasm backend in a page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let folder: string
  /** A page of one script, which is bundled. */
  const writePage = async (name: string, contents: string, options: object = {}) => {
    await writeFile(join(folder, `${name}.html`), html(`${name}.js`))
    const bundle = { bundle: true, format: 'esm', minify: true, outfile: join(folder, `${name}.js`), logLevel: 'error' }
    await build({ ...bundle, ...options, stdin: { contents, resolveDir: root } })
  }

  const expected = new Map<string, readonly number[]>()
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onecycle-wasm-'))
    const first = { inline, bare: '', placed: "import { setWasmPath } from '@onecycle/backend'\nsetWasmPath('placed')\n" }
    for (const [name, line] of Object.entries(first)) {
      const start = `import * as training from '${training}'\n${line}`
      await writePage(name, `${start}${scripts.page}\n${workerOf(`'${name}-worker.js'`)}`)
      await writePage(`${name}-worker`, `${start}${scripts.worker}`)
    }
    await cp(join(root, 'packages/backend/dist/wasm'), join(folder, 'placed'), { recursive: true })
    // What Node makes of the same, to the bit.
    const program = join(folder, 'node.mts')
    const tasks: Task[] = [1, 2].flatMap(threads => (['plain', 'relaxed'] as const).map(simd => ({ simd, threads })))
    for (const threads of [1, 2]) tasks.push({ simd: 'relaxed', threads, network: 'sequences' })
    await writeFile(
      program,
      `import { train } from '${training}'
      for (const task of ${JSON.stringify(tasks)}) console.log(JSON.stringify((await train(task)).losses))`,
    )
    const { stdout } = await tsx(program)
    const answers = stdout.trim().split('\n')
    for (const [i, { simd, threads, network }] of tasks.entries())
      expected.set(`${network ?? simd} ${threads}`, JSON.parse(answers[i]!))
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true }))

  let open: OpenPage
  afterEach(() => open?.close())
  const visit = async (path: string, isolated = false) => {
    open = await openPage(folder, { path: `${path}.html`, isolated })
  }
  const train = (task: Task) => open.page.evaluate<Answer>(`train(${JSON.stringify(task)})`)
  const trainInWorker = (task: Task) => open.page.evaluate<Answer>(`trainInWorker(${JSON.stringify(task)})`)
  const nothingElse = () => expect([open.errors, open.elsewhere]).toEqual([[], []])

  test('trains to the bits of Node, in a worker and in the page', async () => {
    await visit('inline')
    for (const simd of ['plain', 'relaxed'] as const) {
      const [inWorker, inPage] = [await trainInWorker({ simd }), await train({ simd })]
      expect(inWorker.line).toBe(
        `onecycle: backend wasm (${simd === 'plain' ? 'plain ' : ''}SIMD, compiled training kernels), as asked for`,
      )
      expect(inWorker.losses).toEqual(expected.get(`${simd} 1`))
      expect(inPage.losses).toEqual(inWorker.losses)
    }
    nothingElse()
  })

  test.each([1, 2])('trains LSTM, attention and GRUs to the bits of Node, with threads: %d', async threads => {
    await visit('inline', true)
    const { losses } = await trainInWorker({ threads, network: 'sequences' })
    expect(losses).toEqual(expected.get(`sequences ${threads}`))
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
    nothingElse()
  })

  test('is complete for a program that leaves the start to TensorFlow.js', async () => {
    await visit('inline', true)
    const { losses, compiled, variant } = await trainInWorker({ stock: true })
    expect(compiled).toBeGreaterThan(50)
    expect([variant, losses]).toEqual(['relaxed-simd', expected.get('relaxed 1')])
    nothingElse()
  })

  test.each(['inline', 'placed'])('has threads where the page is isolated, in a worker and in the page: %s', async name => {
    await visit(name, true)
    for (const simd of ['plain', 'relaxed'] as const) {
      const answer = await trainInWorker({ simd, threads: 2 })
      expect(answer.line).toMatch(/compiled training kernels, 2 threads\), as asked for$/)
      expect([answer.threads, answer.losses]).toEqual([2, expected.get(`${simd} 2`)])
    }
    expect(await train({ threads: 2 })).toMatchObject({ threads: 2, losses: expected.get('relaxed 2') })
    nothingElse()
  })

  test('has one thread where the page is not isolated, and says so in one line', async () => {
    await visit('placed')
    const { line, threads, losses } = await trainInWorker({ threads: 2 })
    expect(line).toBe(
      'onecycle: backend wasm (SIMD, compiled training kernels, 1 thread, not 2: the page is not cross-origin isolated ' +
        '(its server sends no COOP and COEP headers)), as asked for',
    )
    expect([threads, losses]).toEqual([1, expected.get('relaxed 1')])
    nothingElse()
  })

  test('says which file does not come, what answers, and what to do, in place of training on something slower', async () => {
    await visit('bare')
    const message =
      /\/wasm\/relaxed\.wasm could not be loaded: it answers 404 Not Found\. Bundlers such as esbuild and rollup .*'onecycle\/inline'/
    await expect(train({})).rejects.toThrow(message)
    await expect(trainInWorker({ prefer: 'wasm' })).rejects.toThrow("Backend 'wasm' does not start: http")
    expect((await train({ prefer: 'cpu', steps: 1 })).backend).toBe('cpu')
  })

  test('is loaded in the background when onecycle is imported, and becomes the current one in ready() alone', async () => {
    await writePage(
      'early',
      `import { doctor, ready, setWasmPath } from 'onecycle'
      import { getBackend } from 'onecycle/tf'
      setWasmPath('placed')
      Object.assign(globalThis, { doctor, getBackend, ready })`,
    )
    await visit('early')
    const names = () =>
      open.page.evaluate<string[]>(
        `performance.getEntriesByType('resource').map(each => each.name.split('/').pop()).filter(name => /wasm$/.test(name))`,
      )
    await expect.poll(names).toEqual(expect.arrayContaining(['relaxed.wasm', 'tfjs-backend-wasm-simd.wasm']))
    expect(await open.page.evaluate('getBackend()')).toBe('cpu')
    expect(await open.page.evaluate('ready().then(getBackend)')).toBe('wasm')
    expect(await names()).toHaveLength(2)
    const [rows, text] = await open.page.evaluate<[Record<string, string>[], string]>(
      'doctor().then(found => [found.rows, String(found)])',
    )
    expect(rows.map(({ backend, state }) => [backend, state])).toEqual([
      ['webgpu', 'not imported'],
      ['wasm', 'usable (SIMD, compiled training kernels), the default here'],
      ['webgl', 'not imported'],
      ['cpu', 'usable (plain JavaScript, slow)'],
    ])
    expect(text).toMatch(/^Mozilla.*Chrom/)
    nothingElse()
  })

  test('says in ready() what it could not load in the background', async () => {
    await writePage('late', `import { ready } from 'onecycle'\nglobalThis.ready = ready`)
    await visit('late')
    await expect.poll(() => open.errors.length).toBeGreaterThan(0)
    await expect(open.page.evaluate('ready()')).rejects.toThrow('relaxed.wasm could not be loaded: it answers 404 Not Found')
    // The browser's own lines about the answers.
    expect(new Set(open.errors)).toEqual(
      new Set(['Failed to load resource: the server responded with a status of 404 (Not Found)']),
    )
  })

  test('comes along when vite builds a page, without a word of configuration', async () => {
    const site = await mkdtemp(join(root, 'node_modules', '.vite-page-'))
    try {
      await writeFile(join(site, 'index.html'), html('/page.js'))
      await writeFile(
        join(site, 'page.js'),
        `import * as training from '${training}'\n${scripts.page}\n${workerOf("new URL('./worker.js', import.meta.url)")}`,
      )
      await writeFile(join(site, 'worker.js'), `import * as training from '${training}'\n${scripts.worker}`)
      await viteBuild({ root: site, logLevel: 'error' })
      open = await openPage(join(site, 'dist'), { isolated: true })
      expect((await trainInWorker({ threads: 2 })).losses).toEqual(expected.get('relaxed 2'))
      expect((await train({})).losses).toEqual(expected.get('relaxed 1'))
      nothingElse()
    } finally {
      await rm(site, { recursive: true })
    }
  })
})
