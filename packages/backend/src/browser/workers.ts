import { plainError } from '@onecycle/platform'
import { wasmFolder, workerSource } from '../wasm/files.js'
import type { Worker as Thread, WorkerData } from '../wasm/threads/serve.js'

/** What has to be so before a program can have threads; undefined when it is. */
export function reasonForOneThread(): string | undefined {
  if (crossOriginIsolated) return undefined
  return 'the page is not cross-origin isolated (its server sends no COOP and COEP headers)'
}

/**
 * Starts a worker.
 *
 * @param lose is told when it is gone, and why
 */
export function startWorker(data: WorkerData, lose: (fate: string) => void): Thread {
  const worker = open()
  const ready = new Promise((resolve, reject) => {
    worker.onmessage = resolve
    worker.onerror = event => {
      const reason = event.message || 'its script worker.js could not be loaded'
      lose(`failed: ${reason}`)
      reject(plainError('wasm-threads', reason))
    }
  })
  worker.postMessage(data)
  return { ready, end: () => worker.terminate() }
}

function open(): Worker {
  const [folder, source] = [wasmFolder(), workerSource()]
  if (folder) return new Worker(new URL('worker.js', new URL(folder, location.href)), { type: 'module' })
  if (!source) return new Worker(new URL('../wasm/worker.js', import.meta.url), { type: 'module' })
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  try {
    return new Worker(address, { type: 'module' })
  } finally {
    URL.revokeObjectURL(address)
  }
}
