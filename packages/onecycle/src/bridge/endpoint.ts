import { plainError } from '@onecycle/platform'

/**
 * What two sides talk through: a Web Worker, a `MessagePort`, or what stands for them in Node, Deno and Bun (`worker_threads`).
 */
export interface Endpoint {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void
  addEventListener?(type: string, hear: (event: Event) => void): void
  on?(type: string, hear: (value: unknown) => void): unknown
  /** Of a port of a page: without it messages wait. */
  start?(): void
  close?(): void
  terminate?(): unknown
}

/** What {@link listen} tells. */
interface Listener {
  message(content: unknown): void
  /** The other side has failed, or is gone and will not answer. */
  failed?(error: Error, gone: boolean): void
}

/** Hears the other side: what it says, and that it has failed. */
export function listen(endpoint: Endpoint, { message, failed = () => {} }: Listener): void {
  const unreadable = plainError('worker-failed', 'A message could not be read: it holds something that cannot be sent.')
  const ended = (code?: unknown) =>
    failed(plainError('worker-failed', `The worker has ended${code ? ` with exit code ${code}` : ''}.`), true)
  if (endpoint.on) {
    endpoint.on('message', message)
    endpoint.on('error', error => failed(error instanceof Error ? error : plainError('worker-failed', String(error)), true))
    endpoint.on('messageerror', () => failed(unreadable, false))
    for (const end of ['exit', 'close']) endpoint.on(end, ended)
  } else {
    endpoint.addEventListener?.('message', event => message((event as MessageEvent<unknown>).data))
    endpoint.addEventListener?.('error', event => failed(errorOf(event as ErrorEvent), false))
    endpoint.addEventListener?.('messageerror', () => failed(unreadable, false))
    endpoint.addEventListener?.('close', () => ended())
    endpoint.start?.()
  }
}

/** An error that nobody caught there, or a script that cannot be loaded, of which a page is told nothing. */
function errorOf({ error, message, filename, lineno }: Partial<ErrorEvent>): Error {
  if (error instanceof Error) return error
  return plainError(
    'worker-failed',
    message
      ? `${message} (${filename}:${lineno})`
      : "The worker's script could not be loaded, or failed as it began: see the console.",
  )
}
