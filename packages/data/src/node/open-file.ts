import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

interface OpenFile {
  readonly size: number
  slice(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>
}

/** A file that is read in parts; undefined for what is no regular file of this machine, and is read as a whole. */
export async function openFile(address: string | URL): Promise<OpenFile | undefined> {
  const path = pathOf(String(address))
  if (path === undefined) return undefined
  const file = await open(path).catch(() => undefined) // whoever reads it whole says what is wrong
  if (!file) return undefined
  try {
    const stat = await file.stat()
    return stat.isFile() ? { size: stat.size, slice: (start, end) => readPart(path, start, end) } : undefined
  } finally {
    await file.close()
  }
}

function pathOf(address: string): string | undefined {
  if (address.startsWith('file:')) return fileURLToPath(address)
  return /^([a-z][a-z\d+.-]+:\/\/|blob:|data:)/i.test(address) ? undefined : address
}

/** Opened for each part: nothing has to be closed by whoever reads on, or does not. */
async function readPart(path: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path)
  try {
    const bytes = new Uint8Array(end - start)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}
