/** What asks a process to end: Ctrl-C is SIGINT. */
export type ProcessSignal = 'SIGINT' | 'SIGTERM'

/** A page gets no signals: nothing is ever heard. */
export function onSignals(_hear: (signal: ProcessSignal) => void): () => void {
  return () => {}
}

/** A page does not end by an error. */
export function endQuietlyBy(_exitCode: (error: unknown) => number | undefined): void {}
