import { type FileSource, read } from '@onecycle/platform'

/** As `read`. */
export async function readFile(source: FileSource): Promise<Uint8Array> {
  return read(source)
}
