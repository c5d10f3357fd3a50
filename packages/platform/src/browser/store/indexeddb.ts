import { notThere, type Store } from '../../store.js'
import { meaning } from './no-room.js'

const [database, files] = ['onecycle', 'files']

/** The browser's database for this site. What one transaction writes is there whole or not at all. */
export const indexeddb: Store = {
  missing: () => (typeof indexedDB === 'undefined' ? 'there is no IndexedDB here' : undefined),
  async read(name) {
    const found = await inTransaction('readonly', store => store.get(name))
    if (!found) throw notThere()
    return found as Uint8Array<ArrayBuffer>
  },
  async write(name, content) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    // Of a view the whole memory would be kept.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
    await inTransaction('readwrite', store => store.put(own, name)).catch(async error => {
      throw await meaning(error, content)
    })
  },
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
