import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { folderTaken } from '../folder-taken.js'
import { mayRun, type ProcessMark, thisProcess } from './process/this-process.js'

/** Who holds a folder. */
interface Holder extends ProcessMark {
  readonly since: string
  /** Of this lock alone. */
  readonly key: string
}

/** Locks of this process that hold nothing any more, also where the file could not be removed. */
const released = new Set<string>()

/**
 * Takes a folder for one writer, by a file `writer.lock` in it. One that a process left which has ended, or whose number another one has
 * now, is taken over.
 *
 * @returns what lets it go
 * @throws Error with the code 'ELOCKED' that says who holds it; as the file system does where it cannot be written
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'writer.lock')
  const own: Holder = { ...thisProcess(), since: new Date().toISOString(), key: newKey() }
  await mkdir(folder, { recursive: true })
  for (;;) {
    const { text, holder } = (await makeLock(path, JSON.stringify(own))) ? { holder: own } : await readLock(path)
    // One that was put back may be the one made here.
    if (holder?.key === own.key) {
      if (await stays(path, own.key)) break
    } else if (holder && !released.has(holder.key) && mayRun(holder)) throw taken(folder, path, holder, own)
    else if (text !== undefined) await removeLock(path, text)
  }
  return () => {
    released.add(own.key)
    return removeLock(path, JSON.stringify(own))
  }
}

/** Whether it was made: there was none. */
async function makeLock(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    // What a full disk left of it would be in everyone's way.
    await rm(path, { force: true }).catch(() => {})
    throw error
  }
}

/** What is in a lock, and whose it is: nobody's, where a process ended before it had written it. */
async function readLock(path: string, tries = 5): Promise<{ text?: string; holder?: Holder }> {
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return {}
  const holder = holderIn(text)
  if (holder || tries === 0) return holder ? { text, holder } : { text }
  await setTimeout(100)
  return readLock(path, tries - 1)
}

function holderIn(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null
    return Number.isSafeInteger(holder?.pid) && holder!.pid! > 0 ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

/** Removes this very lock: of two who find a stale one, the slower must not remove what the faster has made since. */
async function removeLock(path: string, text: string): Promise<void> {
  const aside = `${path}.${newKey()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const found = await readFile(aside, 'utf8')
  // Somebody's who came first: it is put back, over one that was made meanwhile, whose maker looks whether it stays.
  if (found !== text) await rename(aside, path)
  else await rm(aside, { force: true })
}

/**
 * Whether a lock that was just made stays: as long as somebody has one aside, that may be put back over it. One that is aside for long was
 * left by a process that ended.
 */
async function stays(path: string, key: string): Promise<boolean> {
  for (let tries = 50; ; tries--) {
    // A folder that cannot be listed is one where nobody can be seen to have a lock aside.
    const names = await readdir(dirname(path)).catch(() => [])
    const asides = names.filter(name => name.startsWith(`${basename(path)}.`))
    if (asides.length === 0) break
    if (tries > 0) await setTimeout(20)
    else for (const name of asides) await putBack(join(dirname(path), name), path)
  }
  const text = await readFile(path, 'utf8').catch(() => '')
  return holderIn(text)?.key === key
}

async function putBack(aside: string, path: string): Promise<void> {
  const holder = holderIn(await readFile(aside, 'utf8').catch(() => ''))
  if (holder && !released.has(holder.key) && mayRun(holder)) await rename(aside, path).catch(() => {})
  else await rm(aside, { force: true })
}

function taken(folder: string, path: string, { pid, host, since, started }: Holder, own: Holder): Error {
  const same = pid === own.pid && host === own.host && started === own.started
  const who = same ? 'this very process' : `process ${pid}${host === own.host ? '' : ` on ${host}`}`
  return folderTaken(folder, `${who}, since ${since}`, same ? '' : ` If nothing of it runs any more, remove ${path}.`)
}

function newKey(): string {
  return randomBytes(8).toString('hex')
}
