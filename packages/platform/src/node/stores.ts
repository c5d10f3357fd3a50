import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { servers } from '../servers.js'
import type { Store } from '../store.js'
import { appendFile, openFile, readFile, writeFile } from './store/files.js'

let atOnce = false

/**
 * From here on this thread waits for the files that it reads as a whole: for one that does nothing else. A small file takes a fifth of the time: four
 * times somebody else need not be asked.
 */
export function readAtOnce(): void {
  atOnce = true
}

/** Where content lies, by the scheme of its address; '' is that of paths. */
export const stores: Readonly<Record<string, Store>> = {
  '': { read, open: openFile, write: writeFile, append: appendFile },
  file: {
    read: async (_, address) => read(fileURLToPath(address)),
    open: async (_, address) => openFile(fileURLToPath(address)),
    write: async (_, content, address) => writeFile(fileURLToPath(address), content),
    append: async (_, content, address) => appendFile(fileURLToPath(address), content),
  },
  http: servers,
  https: servers,
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return atOnce ? readFileSync(path) : readFile(path)
}

/** A path from the root, as messages name a file. */
export function absolutePath(path: string): string {
  return resolve(path)
}
