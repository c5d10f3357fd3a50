import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { show } from '../show.js'

/**
 * Writes a file whole or not at all: a crash leaves what was there, for the content takes the file's name only when all of it is on
 * the disk. Makes the folders above it.
 *
 * @throws what the file system throws; nothing but the old file is left behind then
 * @example
 * await writeWhole('runs/figures.json', JSON.stringify({ accuracy: 0.99 }))
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`A file needs a path, such as 'runs/report.html', but got ${show(path)}.`)
  if (typeof content !== 'string' && !(content instanceof Uint8Array))
    throw new TypeError(`A file holds a string or bytes, but got ${show(content)}.`)
  const temporary = `${path}.${randomUUID()}.tmp`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(temporary, content, { flush: true })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
