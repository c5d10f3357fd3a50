import { readFileSync } from 'node:fs'
import { type FileSource, read, schemeOf } from '@onecycle/platform'

/**
 * As `read`; a file of this machine at once: to wait for one takes several times as long as to read it, if it is small.
 */
export function readFile(source: FileSource): Uint8Array | Promise<Uint8Array> {
  if (typeof source === 'string' && schemeOf(source) === '')
    try {
      return readFileSync(source)
    } catch {
      // What is wrong is said below.
    }
  return read(source)
}
