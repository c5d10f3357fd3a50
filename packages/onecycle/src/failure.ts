import type { InterruptedError } from '@onecycle/learner'
import { chalkStderr } from 'chalk'
import { isUsageError } from './usage-error.js'

/** What a command ends with, beside what an interruption says: 130 after Ctrl-C, 143 after SIGTERM, 138 after SIGUSR1. */
export const exitCodes = { done: 0, failed: 1, misused: 2 } as const

/**
 * Tells a failure on standard error, in one red line, with its stack, or as a line of JSON, and gives the exit code to end with: that of an
 * interruption, 2 where the command line or a config file is wrong, else 1.
 */
export function fail(error: unknown, { debug = false, json = false }: { debug?: boolean; json?: boolean } = {}): number {
  if (json) {
    console.error(JSON.stringify({ error: inJson(error, debug) }))
    return isInterruption(error) ? error.exitCode : isUsageError(error) ? exitCodes.misused : exitCodes.failed
  }
  if (isInterruption(error)) {
    console.error(chalkStderr.yellow(error.message))
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  console.error(chalkStderr.red(`error: ${oneLine(message)}`))
  if (debug && error instanceof Error) console.error(chalkStderr.dim(stackOf(error)))
  else console.error(chalkStderr.dim(hintOf(error)))
  return isUsageError(error) ? exitCodes.misused : exitCodes.failed
}

function hintOf(error: unknown): string {
  const code = codeOf(error)
  const more = code === undefined || code === 'unknown-code' ? '' : `What it means, and what mends it: onecycle explain ${code}\n`
  return `${more}Run it with --debug to see the stack, or with --help for the options.`
}

/** A code that `onecycle explain` knows: one of ours, or of the file system. */
function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && /^([a-z-]+|E[A-Z]+)$/.test(code) ? code : undefined
}

function inJson(error: unknown, debug: boolean): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message } = error
  return { name, code: codeOf(error), message, ...(debug && { stack: stackOf(error) }) }
}

/** By its name: to import the class is to load all of TensorFlow.js, which help and version do without. */
function isInterruption(error: unknown): error is InterruptedError {
  return error instanceof Error && error.name === 'InterruptedError'
}

/** The message on a single line, so that it can be found and copied. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ')
}

/** Where it was thrown, and what caused it. */
function stackOf(error: Error): string {
  const calls = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  const cause = error.cause instanceof Error ? [`caused by ${error.cause.message}`, stackOf(error.cause)] : []
  return [...calls, ...cause].join('\n')
}
