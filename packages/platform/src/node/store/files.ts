import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { plainError } from '../../errors.js'
import type { Content, Opened } from '../../store.js'
import { thisProcess } from '../process/this-process.js'

/** Reads a file. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return fs.readFile(path)
}

/** Opens a file to read it part by part. */
export async function openFile(path: string): Promise<Opened> {
  const file = await fs.open(path)
  const { size } = await file.stat()
  const read = async (from: number, to: number) => {
    const bytes = new Uint8Array(to - from)
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done)
      if (bytesRead === 0)
        throw plainError('file-changed', `it ends at byte ${from + done}, where there was more: it is written meanwhile`)
      done += bytesRead
    }
    return bytes
  }
  return { size, read, close: () => file.close() }
}

/**
 * Writes a file under a temporary name, which it leaves when all of it is on the disk. Makes the folders above it. What was there is
 * replaced as if it were written over: it keeps its mode, and what a symbolic link points to is replaced, not the link.
 */
export async function writeFile(path: string, content: Content): Promise<void> {
  const target = await behindLinks(path)
  const temporary = join(dirname(target), temporaryName(basename(target)))
  await fs.mkdir(dirname(target), { recursive: true })
  const mode = await fs.stat(target).then(
    stats => stats.mode & 0o7777,
    () => undefined,
  )
  try {
    // The mode from the beginning: what is private is so at any time.
    await fs.writeFile(temporary, content, { flush: true, ...(mode !== undefined && { mode }) })
    // Again, without what the process leaves out of the modes of its new files.
    if (mode !== undefined) await fs.chmod(temporary, mode)
    await fs.rename(temporary, target)
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw error
  }
}

/** Adds bytes or lines to a file, on the disk when it is done. Makes the file and the folders above it. */
export async function appendFile(path: string, content: string | Uint8Array): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true })
  const file = await fs.open(path, 'a+')
  try {
    await file.writeFile(typeof content === 'string' && (await endsAmidLine(file)) ? `\n${content}` : content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Whether whoever wrote it last was stopped within a line. */
async function endsAmidLine(file: fs.FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(new Uint8Array(1), 0, 1, size - 1)
  return buffer[0] !== 10
}

/** Where symbolic links lead, also where nothing is yet. */
async function behindLinks(path: string): Promise<string> {
  const there = await fs.lstat(path).catch(() => undefined)
  if (!there?.isSymbolicLink()) return path
  const real = await fs.realpath(path).catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return real ?? behindLinks(resolve(dirname(path), await fs.readlink(path)))
}

/** What a name has at most on all common file systems, in bytes. */
const longestName = 255

/** A name of its own beside a file, that says which process writes it: {@link writerOf}. */
function temporaryName(name: string): string {
  const { pid, started } = thisProcess()
  const end = `.${pid}-${started}-${randomBytes(4).toString('hex')}.tmp`
  const bytes = new TextEncoder().encode(name).subarray(0, longestName - end.length)
  // A character that was cut is left out.
  return new TextDecoder().decode(bytes, { stream: true }) + end
}

/** The number of the process that has a temporary file of this name, and when that was started; undefined for a name that says none. */
export function writerOf(name: string): { pid: number; started: string } | undefined {
  const [, pid, started] = /\.(\d+)-(\w*)-[\da-f]{8}\.tmp$/.exec(name) ?? []
  return pid === undefined ? undefined : { pid: Number(pid), started: started! }
}
