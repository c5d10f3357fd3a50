import { type Content, notThere, type Opened, openBlob } from '../../store.js'
import { meaning } from './no-room.js'

/** What the type checker's library does not have yet. */
type Movable = FileSystemFileHandle & { move(name: string): Promise<void> }

export function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return alone(name, 'shared', async () => new Uint8Array(await (await fileOf(name)).arrayBuffer()))
}

export function open(name: string): Promise<Opened> {
  return new Promise((resolve, reject) => {
    // Until it is closed nobody puts another one in its place.
    const whileOpen = async () => {
      const file = await fileOf(name)
      await new Promise<void>(close => resolve({ ...openBlob(file), close: async () => close() }))
    }
    alone(name, 'shared', whileOpen).catch(reject)
  })
}

export function write(name: string, content: Content): Promise<void> {
  return alone(name, 'exclusive', async () => {
    const { folder, file } = await locate(name, true)
    let size = 0
    const temporary = `${file}.${crypto.randomUUID()}.tmp`
    try {
      const handle = await folder.getFileHandle(temporary, { create: true })
      await fill(handle, content, more => {
        size += more
      })
      await (handle as Movable).move(file)
    } catch (error) {
      await remove(folder, temporary)
      throw await meaning(error, size)
    }
  })
}

/** One after the other in all pages and workers of the site: a file that another one touches cannot be moved, nor one that moves be read. */
function alone<T>(name: string, mode: LockMode, act: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`onecycle opfs://${name}`, { mode }, act)
}

/** Less than the pipe holds between Chromium's page and its disk: of more, what ends the pipe is told in place of why. */
const part = 2 ** 18

async function fill(file: FileSystemFileHandle, content: Content, begin: (size: number) => void): Promise<void> {
  const writable = await file.createWritable()
  try {
    for await (const bytes of piecesOf(content)) {
      begin(bytes.length)
      for (let start = 0; start < bytes.length; start += part)
        await writable.write(bytes.subarray(start, start + part) as Uint8Array<ArrayBuffer>)
    }
    await writable.close()
  } catch (error) {
    // A file that is still written to cannot be removed.
    await writable.abort().catch(() => {})
    throw error
  }
}

/** A browser may hold a file for a moment longer than it says. */
async function remove(folder: FileSystemDirectoryHandle, name: string, tries = 5): Promise<void> {
  try {
    await folder.removeEntry(name)
  } catch (error) {
    if (tries === 0 || (error as DOMException).name === 'NotFoundError') return
    await new Promise(resolve => setTimeout(resolve, 20))
    await remove(folder, name, tries - 1)
  }
}

function piecesOf(content: Content): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (typeof content === 'string') return [new TextEncoder().encode(content)]
  return content instanceof Uint8Array ? [content] : content
}

async function fileOf(name: string): Promise<File> {
  const { folder, file } = await locate(name, false)
  const handle = await folder.getFileHandle(file).catch(asNotThere)
  return handle.getFile()
}

/** The folder of a name such as `runs/best`, made on the way or not. */
async function locate(name: string, create: boolean): Promise<{ folder: FileSystemDirectoryHandle; file: string }> {
  const folders = name.split('/')
  const file = folders.pop()!
  let folder = await navigator.storage.getDirectory()
  for (const each of folders) folder = await folder.getDirectoryHandle(each, { create }).catch(asNotThere)
  return { folder, file }
}

function asNotThere(error: DOMException): never {
  throw error.name === 'NotFoundError' ? notThere() : error
}
