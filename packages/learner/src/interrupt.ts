/**
 * Calls `stop` once on Ctrl-C (SIGINT) or when `signal` is aborted. A second Ctrl-C ends the process as usual.
 * Returns a function that stops listening.
 */
export function onInterrupt(stop: () => void, signal?: AbortSignal): () => void {
  if (signal?.aborted) stop()
  process.once('SIGINT', stop)
  signal?.addEventListener('abort', stop, { once: true })
  return () => {
    process.removeListener('SIGINT', stop)
    signal?.removeEventListener('abort', stop)
  }
}
