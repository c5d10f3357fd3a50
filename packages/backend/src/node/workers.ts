import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker as Thread } from 'node:worker_threads'
import { wasmFolder, workerSource } from '../wasm/files.js'
import type { Worker, WorkerData } from '../wasm/threads/serve.js'
import { localPath } from './own/local-path.js'

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
  const thread = open(workerData)
  thread.on('error', error => lose(`failed: ${error.message}`))
  thread.on('exit', () => lose('has ended'))
  // An 'error' rejects here; from then on it is a loss.
  const ready = once(thread, 'message').then(() => thread.unref())
  return { ready, end: () => void thread.terminate() }
}

function open(workerData: WorkerData): Thread {
  // The options that the program runs with, such as loaders, would only delay a worker.
  const options = { workerData, execArgv: [] }
  const folder = wasmFolder()
  const source = folder ? readFileSync(join(localPath(folder), 'worker.js'), 'utf8') : workerSource()
  if (source) return new Thread(inTermsOfPages + source, { ...options, eval: true })
  // Workers run what is built.
  return new Thread(new URL('../../dist/node/worker.js', import.meta.url), options)
}

/** What lies beside a program that was bundled is the worker of pages. */
const inTermsOfPages = `
  const { parentPort, workerData } = require('node:worker_threads')
  const addEventListener = (_, listener) => setImmediate(listener, { data: workerData })
  const postMessage = message => parentPort.postMessage(message)
`
