import { readFile } from 'node:fs/promises'
import { brotliDecompressSync } from 'node:zlib'
import { plainError } from '@onecycle/platform'
import type { Entry } from './entry.js'

/**
 * The entries of docs/errors, which come with this package in one compressed file.
 *
 * @throws Error where that is not there
 */
export async function readEntries(): Promise<readonly Entry[]> {
  const packed = await readFile(new URL('entries.json.br', import.meta.url)).catch(cause => {
    throw plainError('not-built', 'What errors mean comes with the build of this package: run npm run build.', { cause })
  })
  return JSON.parse(brotliDecompressSync(packed).toString('utf8'))
}
