import { readdir, realpath, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { codeOf, plainError } from '../errors.js'
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

/**
 * Paths of the files in a folder and in those within it, from there on, with `/` between names, in order. Links are followed; what begins with a
 * dot is left out.
 *
 * @throws Error where there is no such folder, or one cannot be looked into
 */
export async function filesIn(folder: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (path: string, above: readonly string[]) => {
    const real = await realpath(join(folder, path))
    // A link back to a folder that it lies in leads round and round.
    if (above.includes(real)) return
    for (const entry of await readdir(real, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const inside = path === '' ? entry.name : `${path}/${entry.name}`
      const kind = entry.isSymbolicLink() ? await stat(join(real, entry.name)).catch(() => undefined) : entry
      if (kind?.isDirectory()) await visit(inside, [...above, real])
      else if (kind?.isFile()) found.push(inside)
    }
  }
  try {
    await visit('', [])
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'it is no folder' : message
    throw plainError(codeOf(cause, 'file-failed'), `Cannot look into ${resolve(folder)}: ${why}.`, { cause })
  }
  return found.sort((a, b) => (a < b ? -1 : 1))
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
