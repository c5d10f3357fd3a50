import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { programArguments } from '../../packages/onecycle/test/run-program.js'

/** What a training process is made for. */
export interface TrainingProcess {
  /** The Node that trains. Default: this one. */
  readonly node?: string | undefined
  readonly dir: string
  readonly backend: string
  readonly threads: number
  /** Of techniques, by name. */
  readonly combination: string
  readonly death?: Death | undefined
  /** Before its command, such as a limit. */
  readonly shell?: string
}

/**
 * When a process gets a signal: so many milliseconds after it has told a sign for the so manieth time. It tells `l` for each batch of
 * `lr_find`, `.` for each that is trained, `v` for each of validation, `e` for each epoch, and `w` amid writing a file.
 */
export interface Death {
  readonly sign: 'l' | '.' | 'v' | 'e' | 'w'
  readonly count: number
  readonly milliseconds: number
  readonly signal: NodeJS.Signals
}

/** A process that ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** All that its training came to, if it came to its end. */
  readonly end: string
}

/** Made once for all processes. */
let program: Promise<string[]> | undefined

/** Runs a training to its end, or to its death. */
export async function runTraining(options: TrainingProcess): Promise<Ended> {
  const { node = process.execPath, dir, backend, threads, combination, death, shell } = options
  program ??= programArguments(fileURLToPath(new URL('training.ts', import.meta.url)))
  const command = [node, ...(await program), dir, backend, String(threads), combination]
  const [file, ...args] = shell ? ['bash', '-c', `${shell}; exec "$@"`, 'bash', ...command] : command
  const running = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const text = { stderr: '', end: '' }
  let told = 0
  running.stdout!.setEncoding('utf8').on('data', (signs: string) => {
    if (!death) return
    const before = told
    told += signs.split(death.sign).length - 1
    if (before < death.count && told >= death.count) setTimeout(() => running.kill(death.signal), death.milliseconds)
  })
  for (const [name, stream] of [
    ['stderr', running.stdio[2]],
    ['end', running.stdio[3]],
  ] as const)
    (stream as NodeJS.ReadableStream).setEncoding('utf8').on('data', more => {
      text[name] += more
    })
  return new Promise((resolve, reject) => {
    running.on('error', reject)
    running.on('close', (code, signal) => resolve({ code, signal, ...text }))
  })
}
