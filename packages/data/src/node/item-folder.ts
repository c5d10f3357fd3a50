import { createHash } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { threadId } from 'node:worker_threads'
import { plainError } from '@onecycle/platform'

const CHECK = 32
const ENDING = '.item'

/** What was decoded of items, a file for each key, in a folder that has a limit. What has no room is not kept. */
export class ItemFolder {
  static readonly name: string = 'ItemFolder'
  readonly #path: string
  readonly #bytes: number
  readonly #among: number
  /** Bytes that this one may still write, as soon as it is known what is there. */
  #left = 0
  #looked: Promise<void> | undefined
  #written = 0

  /**
   * @param bytes that all files may take together
   * @param among how many write at the same time, each of which has a part of the room that is left
   */
  constructor(path: string, bytes: number, among: number) {
    this.#path = resolve(path)
    this.#bytes = bytes
    this.#among = among
  }

  /** @throws Error when nothing can be written to the folder, which is made */
  async open(): Promise<void> {
    try {
      await mkdir(this.#path, { recursive: true })
      await access(this.#path, constants.W_OK)
    } catch (cause) {
      throw plainError('cache-file', `Cannot write to ${this.#path}, the dir of cache: ${(cause as Error).message}.`, { cause })
    }
  }

  /** What was kept under a key; undefined where there is nothing, or what is there is broken. */
  async get(key: string): Promise<unknown> {
    const bytes = await readFile(this.#fileOf(key)).catch(() => undefined)
    if (!bytes || bytes.length < CHECK) return undefined
    const content = bytes.subarray(CHECK)
    if (!checkOf(content).equals(bytes.subarray(0, CHECK))) return undefined
    try {
      return deserialize(content)
    } catch {
      return undefined // a later version wrote it
    }
  }

  /**
   * Whole or not at all. It need not be on the disk at once: what a crash spoils is found broken. A disk that is full has no room.
   */
  async set(key: string, value: unknown): Promise<void> {
    const content = serialize(value)
    this.#looked ??= this.#look()
    await this.#looked
    if (CHECK + content.length > this.#left) return
    this.#left -= CHECK + content.length
    const file = this.#fileOf(key)
    const temporary = `${file}.${process.pid}-${threadId}-${this.#written++}.tmp`
    try {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(temporary, Buffer.concat([checkOf(content), content]))
      await rename(temporary, file)
    } catch {
      this.#left = 0
      await rm(temporary, { force: true }).catch(() => {})
    }
  }

  async #look(): Promise<void> {
    const names = await readdir(this.#path, { recursive: true }).catch(() => [])
    const files = names.filter(name => name.endsWith(ENDING)).map(name => join(this.#path, name))
    let taken = 0
    for (const file of files)
      taken += await stat(file).then(
        ({ size }) => size,
        () => 0,
      )
    this.#left = Math.max(0, this.#bytes - taken) / this.#among
  }

  /** Keys are texts of any length; few hundred files lie in one folder. */
  #fileOf(key: string): string {
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 40)
    return join(this.#path, hash.slice(0, 2), hash.slice(2) + ENDING)
  }
}

/** Which content a path leads to, without reading it: path, size and time of change. Undefined for what is no file. */
export async function stampOf(path: string | URL): Promise<string | undefined> {
  const local = path instanceof URL || path.startsWith('file:') ? localPath(path) : path
  if (local === undefined || local.length > 4096) return undefined
  const stats = await stat(local).catch(() => undefined)
  return stats?.isFile() ? `${resolve(local)} ${stats.size} ${stats.mtimeMs}` : undefined
}

function localPath(url: string | URL): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

function checkOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest()
}
