import { readdir, rm } from 'node:fs/promises'

/** Names of what lies in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(error => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}
