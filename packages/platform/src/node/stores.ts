import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { servers } from '../servers.js'
import type { Store } from '../store.js'
import { appendFile, openFile, readFile, writeFile } from './store/files.js'

/** Where content lies, by the scheme of its address; '' is that of paths. */
export const stores: Readonly<Record<string, Store>> = {
  '': { read: readFile, open: openFile, write: writeFile, append: appendFile },
  file: {
    read: async (_, address) => readFile(fileURLToPath(address)),
    open: async (_, address) => openFile(fileURLToPath(address)),
    write: async (_, content, address) => writeFile(fileURLToPath(address), content),
    append: async (_, content, address) => appendFile(fileURLToPath(address), content),
  },
  http: servers,
  https: servers,
}

/** A path from the root, as messages name a file. */
export function absolutePath(path: string): string {
  return resolve(path)
}
