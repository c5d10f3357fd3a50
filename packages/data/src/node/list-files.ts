import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, plainError } from '@onecycle/platform'

/**
 * Paths of all files in a folder and the folders in it, in order; links to folders are followed. What is hidden, its name beginning with a dot, is
 * left out.
 *
 * @throws Error for what is no folder
 */
export async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = []
  const seen = new Set<string>()
  const visit = async (path: string): Promise<void> => {
    const { dev, ino } = await stat(path)
    if (seen.has(`${dev} ${ino}`)) return
    seen.add(`${dev} ${ino}`)
    const entries = await readdir(path, { withFileTypes: true })
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const inside = join(path, entry.name)
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isFolderAt(inside)))
      if (isFolder) await visit(inside)
      else if (entry.isFile() || entry.isSymbolicLink()) found.push(inside)
    }
  }
  await visit(folder).catch(cause => {
    const why = cause.code === 'ENOENT' ? 'there is no such folder' : cause.code === 'ENOTDIR' ? 'it is no folder' : cause.message
    throw plainError(codeOf(cause, 'file-failed'), `Cannot look into ${folder}: ${why}.`, { cause })
  })
  return found
}

async function isFolderAt(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
}
