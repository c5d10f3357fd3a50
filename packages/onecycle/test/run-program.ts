import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The command line as it is installed. */
export const cli = join(root, 'packages/onecycle/dist/cli.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

type Watch = (output: string, kill: (signal: NodeJS.Signals) => void) => void

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  /** Sees the standard output so far whenever it grows, and may stop the program. */
  watch?: Watch
  /** Sees standard error so. */
  watchErrors?: Watch
}

/** Runs `node ...args` without a terminal, and waits for its end. */
export function runNode(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return run(process.execPath, args, options)
}

/** Runs any command so. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = root, env = {}, watch, watchErrors }: RunOptions = {},
): Promise<Ended> {
  if (!existsSync(cli)) throw new Error(`${cli} is not there: these tests run what is built. Run first: npm run build`)
  const { FORCE_COLOR: _, NO_COLOR: __, ONECYCLE_BACKEND: ___, ...inherited } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...inherited, ...env } })
    const ended: Ended = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      ended.stdout += text
      watch?.(ended.stdout, signal => child.kill(signal))
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.stderr += text
      watchErrors?.(ended.stderr, signal => child.kill(signal))
    })
    child.on('error', reject)
    child.on('close', code => resolve({ ...ended, code }))
  })
}

export function onecycle(args: readonly string[], options?: RunOptions): Promise<Ended> {
  return runNode([cli, ...args], options)
}

/** Runs a TypeScript program as `npx tsx` does. */
export function tsx(file: string, options?: RunOptions): Promise<Ended> {
  return runNode([createRequire(import.meta.url).resolve('tsx/cli'), file], options)
}

// The bundler that tsx brings.
const { build, transform } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

/**
 * What makes Node run a TypeScript program, its options behind it. Under tsx, through which all that is imported goes, a process takes three
 * times as long to start.
 */
export async function programArguments(file: string): Promise<string[]> {
  const { outputFiles } = await build({
    entryPoints: [file],
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', write: false, logLevel: 'error' },
  })
  return ['--input-type=module', '--eval', outputFiles[0].text, '--', file]
}

/** The JavaScript of a TypeScript program. */
export async function javaScriptOf(program: string): Promise<string> {
  return (await transform(program, { loader: 'ts', format: 'esm', logLevel: 'error' })).code
}

/** Runs npm, that which runs the tests or else the one on the path, and resolves to what it prints. */
export async function npm(cwd: string, args: readonly string[]): Promise<string> {
  const cli = process.env['npm_execpath']
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  const { stdout } = await promisify(execFile)(command, [...first, ...args], { cwd, maxBuffer: 1e8 })
  return stdout
}
