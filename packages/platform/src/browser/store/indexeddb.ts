import type { Store } from '../../store.js'

/** Come with the first one. */
const files = () => import('./indexeddb-files.js')

/** The browser's database for this site. What one transaction writes is there whole or not at all. */
export const indexeddb: Store = {
  missing: () => (typeof indexedDB === 'undefined' ? 'there is no IndexedDB here' : undefined),
  read: async name => (await files()).read(name),
  open: async name => (await files()).open(name),
  write: async (name, content) => (await files()).write(name, content),
}
