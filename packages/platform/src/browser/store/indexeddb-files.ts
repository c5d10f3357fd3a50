import { blobOf, type Content, notThere, type Opened, openBlob, openBytes } from '../../store.js'
import { meaning } from './no-room.js'

const [database, files] = ['onecycle', 'files']

export async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const found = await find(name)
  return found instanceof Blob ? new Uint8Array(await found.arrayBuffer()) : found
}

export async function open(name: string): Promise<Opened> {
  const found = await find(name)
  return found instanceof Blob ? openBlob(found) : openBytes(found)
}

export async function write(name: string, content: Content): Promise<void> {
  const own = await kept(content)
  await inTransaction('readwrite', store => store.put(own, name)).catch(async error => {
    throw await meaning(error, own instanceof Blob ? own.size : own.byteLength)
  })
}

async function find(name: string): Promise<Uint8Array<ArrayBuffer> | Blob> {
  const found = await inTransaction('readonly', store => store.get(name))
  if (!found) throw notThere()
  return found
}

/** Pieces as a Blob, which the browser may have on the disk. Of a view the whole memory would be kept. */
async function kept(content: Content): Promise<Uint8Array | Blob> {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  if (!(content instanceof Uint8Array)) return blobOf(content)
  return content.byteLength === content.buffer.byteLength ? content : content.slice()
}

/** The result of a request, when all that its transaction did is on the disk. */
async function inTransaction<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await openDatabase()
  try {
    const transaction = opened.transaction(files, mode, { durability: 'strict' })
    const asked = request(transaction.objectStore(files))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
    return asked.result
  } finally {
    opened.close()
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(database, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(files)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}
