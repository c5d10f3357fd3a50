import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const steps = ['open', 'rename', 'rm'] as const
type Step = (...args: unknown[]) => Promise<unknown>

/**
 * From now on each step in which a file is written is told and takes a while, and its bytes come in two parts: so that a process can be
 * killed within.
 */
export async function tellWrites(tell: () => void, milliseconds: number): Promise<void> {
  const pause = () => {
    tell()
    return new Promise(resolve => setTimeout(resolve, milliseconds))
  }
  const within = (work: Step): Step =>
    async function (this: unknown, ...args) {
      await pause()
      return work.apply(this, args)
    }
  const halves = (write: Step): Step =>
    async function (this: unknown, target, content, ...rest) {
      if (content instanceof Uint8Array) {
        await write.call(this, target, content.subarray(0, content.length >> 1), ...rest)
        await pause()
      }
      return write.call(this, target, content, ...rest)
    }
  const all = fs as unknown as Record<string, Step>
  for (const step of steps) all[step] = within(all[step]!)
  all['writeFile'] = halves(all['writeFile']!)
  syncBuiltinESMExports()
  await tellHandles(within)
}

/** The same for what is written through an open file. */
async function tellHandles(within: (work: Step) => Step): Promise<void> {
  const handle: FileHandle = await fs.open('/dev/null', 'r')
  const prototype = Object.getPrototypeOf(handle) as Record<string, Step>
  await handle.close()
  for (const step of ['write', 'writev', 'sync', 'datasync']) prototype[step] = within(prototype[step]!)
}
