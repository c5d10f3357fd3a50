import { fetchBytes } from './fetch-bytes.js'
import type { Store } from './store.js'

/** What lies at http and https addresses. */
export const servers: Store = {
  read: (_, address) => fetchBytes(address),
  write: 'what lies on a server is only read here',
}
