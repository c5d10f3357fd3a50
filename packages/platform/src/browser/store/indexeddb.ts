import { blobOf, type Content, notThere, openBlob, openBytes, type Store } from '../../store.js'
import { meaning } from './no-room.js'

const [database, files] = ['onecycle', 'files']

/** The browser's database for this site. What one transaction writes is there whole or not at all. */
export const indexeddb: Store = {
  missing: () => (typeof indexedDB === 'undefined' ? 'there is no IndexedDB here' : undefined),
  async read(name) {
    const found = await find(name)
    return found instanceof Blob ? new Uint8Array(await found.arrayBuffer()) : found
  },
  async open(name) {
    const found = await find(name)
    return found instanceof Blob ? openBlob(found) : openBytes(found)
  },
  async write(name, content) {
    const own = kept(content)
    await inTransaction('readwrite', store => store.put(own, name)).catch(async error => {
      throw await meaning(error, own instanceof Blob ? own.size : own.byteLength)
    })
  },
}

async function find(name: string): Promise<Uint8Array<ArrayBuffer> | Blob> {
  const found = await inTransaction('readonly', store => store.get(name))
  if (!found) throw notThere()
  return found
}

/** Pieces as a Blob, which the browser may have on the disk. Of a view the whole memory would be kept. */
function kept(content: Content): Uint8Array | Blob {
  if (typeof content === 'string') return new TextEncoder().encode(content)
  if (!(content instanceof Uint8Array)) return blobOf(content)
  return content.byteLength === content.buffer.byteLength ? content : content.slice()
}

/** The result of a request, when all that its transaction did is on the disk. */
async function inTransaction<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await open()
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

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(database, 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(files)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}
