/** What asks a process to end: Ctrl-C is SIGINT, and SIGUSR1 is what Slurm warns with before it ends a job. */
export type ProcessSignal = 'SIGINT' | 'SIGTERM' | 'SIGUSR1'

/** A page gets no signals: nothing is ever heard. */
export function onSignals(_hear: (signal: ProcessSignal) => void): () => void {
  return () => {}
}

/** A page is not warned. */
export function onWarning(_hear: (signal: ProcessSignal) => void): void {}

/** A page does not end by an error. */
export function endQuietlyBy(_exitCode: (error: unknown) => number | undefined): void {}
