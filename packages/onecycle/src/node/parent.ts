import { parentPort } from 'node:worker_threads'
import type { Endpoint } from '../bridge/endpoint.js'

/** What leads from this worker to who began it; undefined in a main program. In Deno and Bun a worker may also be a Web Worker. */
export function parent(): Endpoint | undefined {
  if (parentPort) return parentPort
  return 'WorkerGlobalScope' in globalThis ? (globalThis as unknown as Endpoint) : undefined
}
