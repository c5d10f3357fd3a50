import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

type Step = (this: unknown, ...args: unknown[]) => Promise<unknown>

/** What platforms write files by, of folders, files and open files. */
export const fileSteps = [
  'mkdir',
  'readdir',
  'open',
  'writeFile',
  'write',
  'writev',
  'sync',
  'datasync',
  'close',
  'rename',
  'rm',
] as const
export type FileStep = (typeof fileSteps)[number]

/** Puts something around steps of writing files in this process. Returns what takes it off. */
export async function aroundSteps(steps: readonly FileStep[], around: (work: Step, step: FileStep) => Step): Promise<() => void> {
  const handle: FileHandle = await fs.open(process.execPath, 'r')
  await handle.close()
  const changed = steps.flatMap(step =>
    [fs as object, Object.getPrototypeOf(handle) as object].flatMap(owner => {
      const work = (owner as Record<string, Step | undefined>)[step]
      return work ? [{ owner, step, descriptor: Object.getOwnPropertyDescriptor(owner, step)!, value: around(work, step) }] : []
    }),
  )
  for (const { owner, step, descriptor, value } of changed) Object.defineProperty(owner, step, { ...descriptor, value })
  syncBuiltinESMExports()
  return () => {
    for (const { owner, step, descriptor } of changed) Object.defineProperty(owner, step, descriptor)
    syncBuiltinESMExports()
  }
}
