import { notThere, type Store } from '../../store.js'
import { meaning } from './no-room.js'

/** What the type checker's library does not have yet. */
type Movable = FileSystemFileHandle & { move(name: string): Promise<void> }

/** The file system that the browser keeps for this site. */
export const opfs: Store = {
  missing() {
    if (typeof navigator.storage?.getDirectory !== 'function')
      return 'there is no file system here: it needs https:// or localhost, and a browser that has one'
    const { prototype } = FileSystemFileHandle
    return 'createWritable' in prototype && 'move' in prototype ? undefined : 'this browser cannot write files whole'
  },
  read: name =>
    alone(name, 'shared', async () => {
      const { folder, file } = await locate(name, false)
      const handle = await folder.getFileHandle(file).catch(asNotThere)
      return new Uint8Array(await (await handle.getFile()).arrayBuffer())
    }),
  write: (name, content) =>
    alone(name, 'exclusive', async () => {
      const { folder, file } = await locate(name, true)
      const temporary = `${file}.${crypto.randomUUID()}.tmp`
      try {
        const handle = await folder.getFileHandle(temporary, { create: true })
        await fill(handle, content)
        await (handle as Movable).move(file)
      } catch (error) {
        await folder.removeEntry(temporary).catch(() => {})
        throw await meaning(error, content)
      }
    }),
}

/** One after the other in all pages and workers of the site: a file that another one touches cannot be moved, nor one that moves be read. */
function alone<T>(name: string, mode: LockMode, act: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`onecycle opfs://${name}`, { mode }, act)
}

/** Less than the pipe holds between Chromium's page and its disk: of more, what ends the pipe is told in place of why. */
const part = 2 ** 18

async function fill(file: FileSystemFileHandle, content: string | Uint8Array): Promise<void> {
  const bytes = (typeof content === 'string' ? new TextEncoder().encode(content) : content) as Uint8Array<ArrayBuffer>
  const writable = await file.createWritable()
  try {
    for (let start = 0; start < bytes.length; start += part) await writable.write(bytes.subarray(start, start + part))
    await writable.close()
  } catch (error) {
    // A file that is still written to cannot be removed.
    await writable.abort().catch(() => {})
    throw error
  }
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
