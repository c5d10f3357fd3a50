import type { Endpoint } from '../bridge/endpoint.js'

/** What leads from this worker to its page; undefined in a page. */
export function parent(): Endpoint | undefined {
  return 'DedicatedWorkerGlobalScope' in globalThis ? (globalThis as unknown as Endpoint) : undefined
}
