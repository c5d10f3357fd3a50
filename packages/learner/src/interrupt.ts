/**
 * Calls `stop` once, on Ctrl-C (SIGINT) or when `signal` is aborted, and stops listening then: another Ctrl-C ends the
 * process as usual. Returns a function that stops listening.
 */
export function onInterrupt(stop: () => void, signal?: AbortSignal): () => void {
  const release = () => {
    process.removeListener('SIGINT', interrupt)
    signal?.removeEventListener('abort', interrupt)
  }
  const interrupt = () => {
    release()
    stop()
  }
  process.on('SIGINT', interrupt)
  signal?.addEventListener('abort', interrupt)
  if (signal?.aborted) interrupt()
  return release
}
