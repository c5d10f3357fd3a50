import { notThere, type Store } from '../../store.js'

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
        const writable = await handle.createWritable()
        await writable.write(content as BufferSource | string)
        await writable.close()
        await (handle as Movable).move(file)
      } catch (error) {
        await folder.removeEntry(temporary).catch(() => {})
        throw (await isFull(content)) ? new DOMException('', 'QuotaExceededError') : error
      }
    }),
}

/** One after the other in all pages and workers of the site: a file that another one touches cannot be moved, nor one that moves be read. */
function alone<T>(name: string, mode: LockMode, act: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`onecycle opfs://${name}`, { mode }, act)
}

/** Whether there is no room: a browser may say no more than that its pipe broke. */
async function isFull(content: string | Uint8Array): Promise<boolean> {
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate()
  return usage + new Blob([content as BlobPart]).size > quota
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
