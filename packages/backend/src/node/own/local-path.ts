import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a folder that was named by a path or a file: address. */
export function localPath(folder: string): string {
  return folder.startsWith('file:') ? fileURLToPath(folder) : resolve(folder)
}
