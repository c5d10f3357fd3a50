import { once } from 'node:events'
import { Worker as Thread } from 'node:worker_threads'
import type { Worker, WorkerData } from '../wasm/threads/serve.js'

/** What has to be so before a program can have threads; undefined when it is. */
export function reasonForOneThread(): string | undefined {
  return undefined
}

/**
 * Starts a worker. It neither keeps the process alive nor outlives it.
 *
 * @param lose is told when it is gone, and why
 */
export function startWorker(workerData: WorkerData, lose: (fate: string) => void): Worker {
  // Workers run what is built. The options that the program runs with, such as loaders, would only delay one.
  const thread = new Thread(new URL('../../dist/node/worker.js', import.meta.url), { workerData, execArgv: [] })
  thread.on('error', error => lose(`failed: ${error.message}`))
  thread.on('exit', () => lose('has ended'))
  // An 'error' rejects here; from then on it is a loss.
  const ready = once(thread, 'message').then(() => thread.unref())
  return { ready, end: () => void thread.terminate() }
}
