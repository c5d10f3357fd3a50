import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noChromium, openPage } from '../chromium.js'
import { root } from '../run-program.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

/** Ten lines, as a page has them. */
const program = `
import { accuracy, DataBunch, Learner, simple_cnn } from 'onecycle'

const x = Float32Array.from({ length: 256 * 64 }, (_, i) => (((i >> 6) % 2 ? i % 8 : (i >> 3) % 8) > 3 ? 1 : 0))
const y = Int32Array.from({ length: 256 }, (_, i) => i % 2)
const data = DataBunch.from_arrays({ x, y, shape: [8, 8, 1], valid_pct: 0.25, bs: 32, seed: 1 })
const learn = new Learner(data, simple_cnn([1, 8, 2], { seed: 1 }), { metrics: [accuracy], seed: 1 })
await learn.fit_one_cycle(8, 5e-2)
const values = await learn.validate()
document.body.textContent = values.accuracy > 0.95 ? 'trained' : JSON.stringify(values)
`
/** A PNG of two pixels. */
const picture = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAGklEQVR4AQXBsREAAAABsXuG0Wrtv5gE5HQHATgAmEMks4kAAAAASUVORK5CYII='

/** Reads pictures on worker threads before it trains. */
const reading = (expected: string) => `
import { DataBlock, ImageBlock } from 'onecycle'
const bytes = Uint8Array.from(atob('${picture}'), letter => letter.charCodeAt(0))
const items = Array.from({ length: 9 }, () => new Blob([bytes]))
const rowsOf = async num_workers => {
  const data = await new DataBlock({ blocks: [ImageBlock()] }).dataloaders(items, { bs: 4, num_workers })
  const rows = []
  for await (const { xs } of data.train_dl) rows.push(...xs.arraySync())
  return JSON.stringify(rows)
}
const alone = await rowsOf(0)
const told = await rowsOf(2).then(rows => (rows === alone ? 'the same' : rows), error => error.message)
if (told !== ${JSON.stringify(expected)}) throw new Error(told)
${program}`
const threaded = reading('the same')
// These bundlers leave behind what is named by new URL('…', import.meta.url).
const leftBehind = `The worker threads that read items do not start: the first one failed: its script item-thread.js could not be loaded. \
With num_workers: 0 there are none.`
const inline = `import 'onecycle/inline'\n${reading(leftBehind)}`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.bundled-'))
})
afterAll(() => rm(folder, { recursive: true }))

const ofWorkspace = createRequire(createRequire(import.meta.url).resolve('vitest/package.json'))
const ofTool = (name: string) => createRequire(join(findTool(name).folder, 'package.json'))

/** Each packs main.js of a folder into its folder `site`, as its own pages say. */
const bundlers: Record<string, { missing?: string; program: string; pack(folder: string): Promise<unknown> }> = {
  vite: {
    program: threaded,
    async pack(root) {
      const { build } = await import(ofWorkspace.resolve('vite'))
      await build({ root, base: './', configFile: false, logLevel: 'error', build: { outDir: 'site', target: 'es2022' } })
    },
  },
  esbuild: {
    program: inline,
    pack: folder =>
      createRequire(ofWorkspace.resolve('vite'))('esbuild').build({
        entryPoints: [join(folder, 'main.js')],
        ...{ bundle: true, minify: true, splitting: true, format: 'esm', outdir: join(folder, 'site'), logLevel: 'error' },
      }),
  },
  webpack: {
    ...findTool('webpack'),
    program: threaded,
    async pack(folder) {
      const webpack = ofTool('webpack')('webpack')
      const output = { path: join(folder, 'site'), filename: 'main.js' }
      // Its minifier takes most of the time, and minified.test.ts says what that leaves.
      const optimization = { minimize: false }
      const compiler = webpack({
        mode: 'production',
        context: folder,
        entry: './main.js',
        output,
        optimization,
        performance: false,
      })
      const stats = await new Promise<{ hasErrors(): boolean; toString(): string }>((resolve, reject) =>
        compiler.run((error: Error | null, done: never) => (error ? reject(error) : resolve(done))),
      )
      if (stats.hasErrors()) throw new Error(stats.toString())
    },
  },
  rollup: {
    ...findTool('rollup'),
    program: inline,
    async pack(folder) {
      const { rollup } = await import(ofTool('rollup').resolve('rollup'))
      const plugins = [
        ofTool('rollup')('@rollup/plugin-node-resolve').nodeResolve({ browser: true }),
        ofTool('rollup')('@rollup/plugin-commonjs')(),
      ]
      const bundle = await rollup({ input: join(folder, 'main.js'), plugins, logLevel: 'silent' })
      await bundle.write({ dir: join(folder, 'site'), format: 'es' })
    },
  },
}

test.for(Object.entries(bundlers))(
  '%s packs a program that trains in a page',
  { timeout: 240_000 },
  async ([name, bundler], { skip }) => {
    skip(noChromium !== undefined, noChromium)
    skip(bundler.missing !== undefined, bundler.missing)
    const own = join(folder, name)
    await mkdir(join(own, 'site'), { recursive: true })
    const html = '<!doctype html><title>onecycle</title><body><script type="module" src="./main.js"></script>'
    await writeFile(join(own, 'package.json'), JSON.stringify({ name: 'user', type: 'module' }))
    await writeFile(join(own, 'index.html'), html)
    await writeFile(join(own, 'site', 'index.html'), html)
    await writeFile(join(own, 'main.js'), bundler.program)
    await bundler.pack(own)
    const { page, errors, lines, elsewhere, close } = await openPage(join(own, 'site'))
    try {
      await expect.poll(() => page.textContent('body'), { timeout: 60_000 }).toBe('trained')
      expect(lines.filter(line => line.startsWith('onecycle: backend'))).toEqual([expect.stringContaining('backend wasm')])
      expect([errors, elsewhere]).toEqual([[], []])
    } finally {
      await close()
    }
  },
)
