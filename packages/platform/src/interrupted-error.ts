import { endQuietlyBy, type ProcessSignal } from '#platform/signals.js'
import { withCode } from './errors.js'

const exitCodes: Readonly<Record<ProcessSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGUSR1: 138 }

/**
 * Ctrl-C (SIGINT), SIGTERM, or where there is a `Checkpoint` SIGUSR1, ended a fit, a search or a measurement after the batch that was under way, and after everyone had cleaned up.
 * What was recorded until then is in `learn.recorder`.
 *
 * A program that does not catch it ends as an interrupted one does: with one line on standard error, no stack, and exit code 130, after
 * SIGTERM 143. A REPL or a notebook goes on.
 *
 * @example
 * try {
 *   await learn.fit_one_cycle(30, 1e-2)
 * } catch (error) {
 *   if (!(error instanceof InterruptedError)) throw error
 *   await learn.save('runs/interrupted')
 *   process.exitCode = error.exitCode
 * }
 */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly signal: ProcessSignal

  /** @param where what was interrupted, and where: 'fit, after batch 3 of 10' */
  constructor(signal: ProcessSignal, where: string) {
    super(`Interrupted by ${signal === 'SIGINT' ? 'Ctrl-C' : signal}: ${where}.`)
    withCode(this, 'interrupted', InterruptedError)
    this.signal = signal
    endQuietlyBy(exitCodeOf)
  }

  /** What a program ends with that was interrupted so, as shells have it: 130, 143 or 138. */
  get exitCode(): number {
    return exitCodes[this.signal]
  }
}

const exitCodeOf = (error: unknown) => (error instanceof InterruptedError ? error.exitCode : undefined)
