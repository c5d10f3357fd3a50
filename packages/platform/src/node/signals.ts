import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What asks a process to end: Ctrl-C is SIGINT, and SIGUSR1 is what Slurm warns with before it ends a job. */
export type ProcessSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR1'

/**
 * Hears the signals that ask the process to end, which then does not end by them, until the function that is returned is called.
 * At a REPL's terminal Ctrl-C is a key to it, and the process gets no signal: it is heard too.
 */
export function onSignals(hear: (signal: ProcessSignal) => void): () => void {
  const hearers = { SIGINT: () => hear('SIGINT'), SIGTERM: () => hear('SIGTERM') }
  const change = (change: 'on' | 'off') => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process[change](signal, hearers[signal])
    theRepl()?.[change]('SIGINT', hearers.SIGINT)
  }
  change('on')
  return () => change('off')
}

/** Hears SIGUSR1 until the process ends. Where nobody does, Node opens its debugger on it. */
export function onWarning(hear: (signal: ProcessSignal) => void): void {
  if (process.platform !== 'win32') process.on('SIGUSR1', () => hear('SIGUSR1'))
}

const quiet: ((error: unknown) => number | undefined)[] = []

/**
 * From now on a program that nobody keeps from ending by such an error ends with its message in one line, without a stack.
 *
 * @param exitCode what to end with, or undefined for an error that is none of these
 */
export function endQuietlyBy(exitCode: (error: unknown) => number | undefined): void {
  if (quiet.includes(exitCode)) return
  quiet.push(exitCode)
  if (quiet.length > 1) return
  process.on('uncaughtExceptionMonitor', error => {
    const code = quiet.map(exitCode => exitCode(error)).find(code => code !== undefined)
    if (code === undefined || isCaughtElsewhere()) return
    try {
      writeSync(2, `${error.message}\n`)
    } catch {
      // Nobody reads it.
    }
    process.exit(code)
  })
}

function isCaughtElsewhere(): boolean {
  if (process.hasUncaughtExceptionCaptureCallback() || process.listenerCount('uncaughtException') > 0) return true
  return theRepl() !== undefined
}

/** The REPL that `node` without a program is. Its module is not loaded to see: that takes from the program how it catches errors. */
function theRepl(): NodeJS.EventEmitter | undefined {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] }
  if (!moduleLoadList.includes('NativeModule repl')) return undefined
  return (createRequire(import.meta.url)('node:repl') as { repl?: NodeJS.EventEmitter }).repl
}
