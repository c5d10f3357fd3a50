import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { mayRun } from './process/this-process.js'
import { writerOf } from './store/files.js'

/** Names of what lies in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(error => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  // Whoever reads a pipe waits for one who writes.
  return entries.filter(entry => !entry.isFIFO()).map(({ name }) => name)
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Removes the temporary files, of files whose names begin so, that processes left which ended amid writing. */
export async function removeUnfinished(folder: string, begin: string): Promise<void> {
  const left = (await namesIn(folder)).filter(name => name.startsWith(begin) && name.endsWith('.tmp') && !isBeingWritten(name))
  await Promise.all(left.map(name => removeFile(join(folder, name))))
}

function isBeingWritten(name: string): boolean {
  const writer = writerOf(name)
  return writer !== undefined && mayRun({ ...writer, host: hostname() })
}
