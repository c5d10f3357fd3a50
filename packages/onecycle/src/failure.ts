import type { InterruptedError } from '@onecycle/learner'
import { chalkStderr } from 'chalk'
import { isUsageError } from './usage-error.js'

/** What a command ends with, beside what an interruption says: 130 after Ctrl-C, 143 after SIGTERM, 138 after SIGUSR1. */
export const exitCodes = { done: 0, failed: 1, misused: 2 } as const

/**
 * Tells a failure on standard error, in one red line, or with its stack, and gives the exit code to end with: that of an
 * interruption, 2 where the command line or a config file is wrong, else 1.
 */
export function fail(error: unknown, debug: boolean): number {
  if (isInterruption(error)) {
    console.error(chalkStderr.yellow(error.message))
    return error.exitCode
  }
  const message = error instanceof Error ? error.message : String(error)
  console.error(chalkStderr.red(`error: ${oneLine(message)}`))
  if (debug && error instanceof Error) console.error(chalkStderr.dim(stackOf(error)))
  else console.error(chalkStderr.dim('Run it with --debug to see the stack, or with --help for the options.'))
  return isUsageError(error) ? exitCodes.misused : exitCodes.failed
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
