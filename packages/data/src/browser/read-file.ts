import { type FileSource, read } from '@onecycle/platform'

/** As `read`. */
export function readFile(source: FileSource): Uint8Array | Promise<Uint8Array> {
  return read(source)
}
