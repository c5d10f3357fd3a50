import { checkContent } from '../check-content.js'
import { fetchBytes } from '../fetch-bytes.js'

/** Throws, for a page has no files, with what to use instead. */
export function needFiles(what: string, instead: string): void {
  throw new Error(`A page has no files, so there is nothing to ${what}: ${instead}`)
}

/** The path as it is: there is no root. */
export function absolutePath(path: string): string {
  return path
}

/**
 * Reads what lies at an address, which may be relative to the page.
 *
 * @throws Error for an address that answers with no success; TypeError where there is no connection
 */
export async function read(source: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  return fetchBytes(source)
}

/** @throws Error always: a page has no files. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  checkContent(path, content)
  needFiles(`write to '${path}'`, 'make the text or the bytes, and offer them as a download or keep them in IndexedDB.')
}
