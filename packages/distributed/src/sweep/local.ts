import { availableParallelism, totalmem } from 'node:os'
import { runAll, type Work } from './engine.js'
import { Pool } from './pool.js'
import { runTrial, type TrialFunction } from './run-trial.js'

/** How many processes there may be, and bytes that one may take. */
export interface Limits {
  readonly parallel: number
  readonly memory: number | undefined
}

/** As many as the machine has processors, and memory for. */
export function processesFor(memory: number | undefined): number {
  const room = memory === undefined ? Number.POSITIVE_INFINITY : Math.floor(totalmem() / memory)
  return Math.max(1, Math.min(availableParallelism(), room))
}

/** Runs trials in this process, one after the other. */
export function runHere(work: Work, run: TrialFunction): Promise<void> {
  return runAll(work, 1, trial => runTrial(work.dir, work.settings, trial, run, work.signal))
}

/** Runs trials in processes of this machine. */
export async function runInProcesses(work: Work, { parallel, memory }: Limits): Promise<void> {
  const { dir, settings, signal } = work
  const pool = new Pool(memory)
  const stop = () => pool.stop()
  signal.addEventListener('abort', stop)
  try {
    await runAll(work, parallel, trial => pool.run({ dir, trial, module: settings.trial! }), stop)
  } finally {
    pool.close()
    signal.removeEventListener('abort', stop)
  }
}
