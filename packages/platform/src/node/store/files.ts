import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { dirname } from 'node:path'

/** Reads a file. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return fs.readFile(path)
}

/** Writes a file under a temporary name, which it leaves when all of it is on the disk. Makes the folders above it. */
export async function writeFile(path: string, content: string | Uint8Array): Promise<void> {
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
