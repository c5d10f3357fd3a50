import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import * as nodeModule from 'node:module'
import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installedTsx } from '@onecycle/distributed/internal'
import { plainError } from '@onecycle/platform'
import { UsageError } from '../usage-error.js'
import { type Cell, cellsOf } from './cells.js'
import { type CodeCell, metadata, type Notebook, type Output } from './nbformat.js'
import { programOf, type Strip } from './program.js'
import type { Begin, Told } from './protocol.js'

export interface Executed {
  readonly notebook: Notebook
  /** What ended it before its end. */
  readonly failure?: Failure | undefined
}

export interface Failure {
  readonly message: string
  /** Where in the file, and which of how many cells of code. */
  readonly place: string
  /** Of an interruption. */
  readonly exitCode?: number | undefined
}

/**
 * Runs a notebook: a program whose cells begin with lines `// %%`, in a process of its own. What a cell prints, and the value of an expression that it
 * ends in, are its outputs. It ends with the first error.
 *
 * @param began hears of each cell of code that begins, from 1
 * @throws UsageError for a file that is no notebook or cannot be read; Error for what does not parse
 */
export async function execute(file: string, began: (cell: number, of: number) => void = () => {}): Promise<Executed> {
  const path = resolve(file)
  if (!/^\.m?[jt]s$/.test(extname(path)))
    throw new UsageError(
      'notebook-file',
      `${file} is no program: notebooks are files of TypeScript or JavaScript whose cells begin with // %%.`,
    )
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UsageError('notebook-file', `${file} cannot be read: ${cause.message}`, { cause })
  })
  const cells = cellsOf(text)
  const code = cells.flatMap(({ kind }, i) => (kind === 'code' ? [i] : []))
  if (code.length === 0) throw new UsageError('notebook-file', `${file} has no cells of code. Each begins with a line // %%.`)
  const tools = toolsOf(path)
  const program = await programOf(text, cells, tools.strip).catch(cause => {
    throw plainError('notebook-file', `${file} is no program: ${placeOf(cause, file)}`, { cause })
  })
  const run = new Run(cells, code, began)
  await run.on({ url: pathToFileURL(path).href, program }, tools.execArgv)
  const place = (cell: number) => {
    const { line, lastLine } = cells[cell]!
    return `${file}:${line}, cell ${code.indexOf(cell) + 1} of ${code.length} (lines ${line} to ${lastLine})`
  }
  const failure = run.failure && { ...run.failure, place: place(run.failure.cell) }
  return { notebook: run.notebook(), failure }
}

/** What a compiler or parser says of a place. */
function placeOf(error: unknown, file: string): string {
  const { message, errors } = error as Error & { errors?: { text: string; location?: { line: number; column: number } }[] }
  const [first] = errors ?? []
  if (!first) return message
  const { line, column } = first.location ?? {}
  return line === undefined ? first.text : `${first.text} (${file}:${line}:${column! + 1})`
}

interface Tools {
  readonly strip: Strip
  readonly execArgv: readonly string[]
}

/** TypeScript's types are taken out by the tsx that is installed, or by Node's own stripping. */
function toolsOf(path: string): Tools {
  if (/^\.m?js$/.test(extname(path))) return { strip: text => text, execArgv: [] }
  const tsx = installedTsx(path)
  if (tsx) {
    const { transform } = createRequire(tsx)('esbuild') as Esbuild
    const options = { loader: 'ts', format: 'esm', sourcemap: 'inline', sourcefile: path, target: 'es2022' }
    return {
      strip: async text => (await transform(text, options)).code,
      execArgv: ['--enable-source-maps', '--import', pathToFileURL(tsx).href],
    }
  }
  const { stripTypeScriptTypes } = nodeModule as { stripTypeScriptTypes?: Types }
  if (!stripTypeScriptTypes)
    throw plainError(
      'needs-tsx',
      `TypeScript needs tsx on Node ${process.version}: npm install --save-dev tsx. Node 22.13 and later can do without, and a notebook may be JavaScript.`,
    )
  return { strip: text => quietly(() => stripTypeScriptTypes(text)), execArgv: ['--disable-warning=ExperimentalWarning'] }
}

type Types = (text: string) => string

/** Without the warning that what strips types is young, which is nothing to whoever runs a notebook. */
function quietly<T>(act: () => T): T {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return act()
  } finally {
    process.emitWarning = emitWarning
  }
}

interface Esbuild {
  transform(text: string, options: object): Promise<{ code: string }>
}

/** One run of a notebook, and what its cells left behind. */
class Run {
  readonly #cells: readonly Cell[]
  readonly #code: readonly number[]
  readonly #began: (cell: number, of: number) => void
  readonly #outputs = new Map<number, Output[]>()
  #cell: number
  #begun = false
  failure: { cell: number; message: string; exitCode: number | undefined } | undefined

  constructor(cells: readonly Cell[], code: readonly number[], began: (cell: number, of: number) => void) {
    this.#cells = cells
    this.#code = code
    this.#began = began
    // What is imported comes before all cells.
    this.#cell = code[0]!
  }

  on(begin: Begin, execArgv: readonly string[]): Promise<void> {
    const { FORCE_COLOR: _, ...env } = process.env
    const child = fork(fileURLToPath(new URL('./run-cells.js', import.meta.url)), {
      execArgv: [...execArgv],
      env: { ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    // Ctrl-C reaches both: the notebook's own process answers it, and what it has done so far is kept.
    const wait = () => {}
    process.on('SIGINT', wait)
    const end = () => child.kill()
    process.on('exit', end)
    for (const name of ['stdout', 'stderr'] as const)
      child[name]!.setEncoding('utf8').on('data', (text: string) => this.#hear({ stream: name, text }))
    let done = false
    child.on('message', (told: Told) => {
      if ('done' in told) done = true
      else this.#hear(told)
    })
    child.send(begin)
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        process.off('SIGINT', wait)
        process.off('exit', end)
        if (!done && !this.failure)
          this.#hear({
            error: {
              name: 'Error',
              message: `the program ended ${signal ? `by ${signal}` : `with exit code ${code}`}`,
              stack: '',
              ...(signal === 'SIGINT' && { exitCode: 130 }),
            },
          })
        resolve()
      })
    })
  }

  #hear(told: Told): void {
    if ('begin' in told) {
      this.#cell = told.begin
      this.#begun = true
      this.#outputs.set(told.begin, this.#outputs.get(told.begin) ?? [])
      this.#began(this.#code.indexOf(told.begin) + 1, this.#code.length)
      return
    }
    if ('error' in told && !this.#begun) this.#cell = this.#importing(told.error.message)
    const outputs = this.#outputs.get(this.#cell) ?? []
    this.#outputs.set(this.#cell, outputs)
    if ('stream' in told) {
      const last = outputs.at(-1)
      if (last?.output_type === 'stream' && last.name === told.stream) last.text += told.text
      else outputs.push({ output_type: 'stream', name: told.stream, text: told.text })
    } else if ('result' in told) {
      const execution_count = this.#code.indexOf(this.#cell) + 1
      outputs.push({ output_type: 'execute_result', execution_count, data: told.result, metadata: {} })
    } else if ('error' in told && !this.failure) {
      const { name, message, stack, exitCode } = told.error
      outputs.push({
        output_type: 'error',
        ename: name,
        evalue: message,
        traceback: (stack || `${name}: ${message}`).split('\n'),
      })
      this.failure = { cell: this.#cell, message: `${name}: ${message}`, exitCode }
    }
  }

  /** What is imported is asked for before all cells: the first one that names what is missing, or the first of all. */
  #importing(message: string): number {
    const name = /'([^']+)'/.exec(message)?.[1]?.split('/').at(-1)
    return this.#code.find(cell => name && this.#cells[cell]!.source.includes(name)) ?? this.#code[0]!
  }

  notebook(): Notebook {
    const cells = this.#cells.map(({ kind, source, title }, i): Notebook['cells'][number] => {
      const common = { id: `cell-${i + 1}`, metadata: title ? { name: title } : {}, source }
      if (kind === 'markdown') return { cell_type: 'markdown', ...common }
      const outputs = this.#outputs.get(i)
      return { cell_type: 'code', ...common, execution_count: outputs ? this.#code.indexOf(i) + 1 : null, outputs: outputs ?? [] } satisfies CodeCell // biome-ignore format: one cell
    })
    return { cells, metadata, nbformat: 4, nbformat_minor: 5 }
  }
}
