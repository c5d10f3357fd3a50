import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { plainError } from '@onecycle/platform'

export interface CommandOptions {
  readonly cwd?: string
  /** Ends the command. */
  readonly signal?: AbortSignal | undefined
  /** Gets its standard output as it comes. */
  readonly heard?: (text: string) => void
  /** Whether what it says is shown, on standard error. Default false. */
  readonly show?: boolean
}

/**
 * Runs a command, and resolves to its standard output, or to nothing where it is shown.
 *
 * @throws Error with the end of what it said, where it fails or is not there
 */
export async function command(name: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { cwd, signal, heard = () => {}, show = false } = options
  const child = spawn(name, args, {
    cwd,
    signal,
    stdio: ['ignore', show ? 2 : 'pipe', show ? 2 : 'pipe'],
    // npm is a script of the shell there.
    shell: process.platform === 'win32' && name !== process.execPath,
  })
  let [told, said] = ['', '']
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    heard(text)
    told += text
    said += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = await new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, by) =>
      resolve(
        code === 0
          ? ''
          : by
            ? `was ended by ${by}${by === 'SIGILL' ? ' (this processor lacks instructions, such as AVX, that the library wants)' : ''}`
            : `ended with ${code}`,
      ),
    )
  })
  if (!ended) return told
  const last = said.trim().split('\n').slice(-12).join('\n')
  throw Object.assign(plainError('native-build', `${name} ${args[0]} ${ended}${last && `: ${last}`}`), { output: said })
}

/** Whether a command can be run. */
export async function answers(name: string, args: readonly string[] = ['--version'], options?: CommandOptions): Promise<boolean> {
  return command(name, args, options).then(
    () => true,
    () => false,
  )
}

const begun = '.onecycle-'

/** Works in a new folder inside another one, and removes it however that ends. What a killed process had left there is removed, too. */
export async function inFolder<Result>(parent: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  mkdirSync(parent, { recursive: true })
  for (const name of readdirSync(parent)) {
    const [, pid] = name.startsWith(begun) ? name.split('-') : []
    if (pid && !runs(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true })
  }
  const folder = mkdtempSync(join(parent, `${begun}${process.pid}-`))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
