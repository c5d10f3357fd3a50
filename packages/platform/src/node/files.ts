import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkContent } from '../check-content.js'
import { fetchBytes } from '../fetch-bytes.js'

/** Throws where there are no files, with what to use instead. Here there are. */
export function needFiles(_what: string, _instead: string): void {}

/** A path from the root, as messages name a file. */
export function absolutePath(path: string): string {
  return resolve(path)
}

/**
 * Reads a file, or what lies at an http address.
 *
 * @throws what the file system throws; Error for an address that answers with no success
 */
export async function read(source: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  return /^https?:/.test(String(source)) ? fetchBytes(source) : fs.readFile(source)
}

/**
 * Writes a file whole or not at all: a crash leaves what was there, for the content takes the file's name only when all of it is on
 * the disk. Makes the folders above it.
 *
 * @throws what the file system throws; nothing but the old file is left behind then
 * @example
 * await writeWhole('runs/figures.json', JSON.stringify({ accuracy: 0.99 }))
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  checkContent(path, content)
  const temporary = `${path}.${randomUUID()}.tmp`
  await fs.mkdir(dirname(path), { recursive: true })
  try {
    await fs.writeFile(temporary, content, { flush: true })
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
}
