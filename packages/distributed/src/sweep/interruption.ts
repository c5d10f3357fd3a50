import { InterruptedError, onSignals, onWarning, type ProcessSignal } from '@onecycle/platform'

/** What may end a sweep before its end. */
export interface SweepInterruption {
  readonly signal: AbortSignal
  /** What the sweep is to reject with. */
  error(where: string): unknown
  release(): void
}

/** Of all sweeps of this process that a warning of Slurm is to end. */
const warned = new Set<(signal: ProcessSignal) => void>()
let listens = false

/**
 * Hears Ctrl-C, SIGTERM, and in a job of Slurm its warning, SIGUSR1, until it is released; a second one ends the process as usual.
 *
 * @param outer of whoever asked for the sweep
 */
export function interruption(outer: AbortSignal | undefined): SweepInterruption {
  const controller = new AbortController()
  let heard: ProcessSignal | undefined
  const end = (signal: ProcessSignal) => {
    heard ??= signal
    release()
    controller.abort()
  }
  const release = onSignals(end)
  warned.add(end)
  if (process.env['SLURM_JOB_ID'] !== undefined && !listens) {
    listens = true
    onWarning(signal => {
      for (const end of warned) end(signal)
    })
  }
  return {
    signal: outer ? AbortSignal.any([outer, controller.signal]) : controller.signal,
    error: where => (heard === undefined ? outer!.reason : new InterruptedError(heard, where)),
    release: () => {
      release()
      warned.delete(end)
    },
  }
}
