import { unlinkSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { notedName } from '../../live/noted.js'

/**
 * Notes in the folder of a run where its page is served: for the user alone, as it says the token. It is taken away when the process ends; one
 * that is killed leaves it.
 *
 * @returns what takes it away
 */
export async function noteAddress(dir: string, address: string): Promise<() => void> {
  const path = join(dir, notedName)
  const unfinished = `${path}.${process.pid}.tmp`
  await mkdir(dir, { recursive: true })
  await writeFile(unfinished, `${JSON.stringify({ address, process: process.pid })}\n`, { mode: 0o600 })
  await rename(unfinished, path)
  const forget = () => {
    try {
      unlinkSync(path)
    } catch {
      // Somebody has taken the whole folder away.
    }
  }
  process.once('exit', forget)
  return () => {
    process.off('exit', forget)
    forget()
  }
}
