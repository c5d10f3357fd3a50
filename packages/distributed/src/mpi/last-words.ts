import { inspect } from 'node:util'
import type { MpiCommunicator } from './mpi-communicator.js'

/** Codes that a process ends with when it has heard a signal. All ranks have, and some have a checkpoint to write before they end. */
const bySignal = new Set([129, 130, 138, 143])

/** In milliseconds: so long an error waits for others to end by the same, each in its own way. */
const patience = 500

/**
 * However this process ends, the others do: where it ended by an error or with a code that tells of one, and they do not, with the reason; else
 * in order. Without it they would wait for a rank that is no more.
 *
 * @param hasSpoken called when nobody has to speak for this process any more
 */
export function leaveLastWords(comm: MpiCommunicator, hasSpoken: () => void): void {
  let failure: { error: unknown } | undefined
  process.on('uncaughtExceptionMonitor', error => {
    failure = { error }
  })
  process.on('exit', code => {
    hasSpoken()
    if (comm.closed) return
    if (code === 0 || bySignal.has(code)) return comm.close()
    if (comm.closeWithin(patience)) return
    const self = `rank ${comm.rank} of ${comm.size}`
    // Node would print the error after this, which ends the process.
    if (failure) comm.end(`${self} failed, and all ranks with it:\n${inspect(failure.error)}`, code)
    comm.end(`${self} ended with exit code ${code}, and all ranks with it.`, code)
  })
}
