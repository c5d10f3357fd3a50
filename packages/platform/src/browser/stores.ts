import { fetchBytes } from '../fetch-bytes.js'
import { servers } from '../servers.js'
import type { Store } from '../store.js'
import { downloads } from './store/downloads.js'
import { indexeddb } from './store/indexeddb.js'
import { opfs } from './store/opfs.js'

/** Where content lies, by the scheme of its address; '' is that of paths, which are the server's. */
export const stores: Readonly<Record<string, Store>> = {
  '': { read: fetchBytes, write: 'a page has no files' },
  ...{ indexeddb, opfs, downloads },
  http: servers,
  https: servers,
}

/** The path as it is: there is no root. */
export function absolutePath(path: string): string {
  return path
}
