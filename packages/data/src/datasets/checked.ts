import { nameOf, plainError, read } from '@onecycle/platform'
import type { Address } from './folder.js'

/**
 * What lies at an address, if it is what it should be. Where there is no cryptography, as in a page that came by http, it is not looked at.
 *
 * @param sha256 of the content, in hexadecimal digits
 * @throws Error when it is something else, or cannot be read
 */
export async function readChecked(address: Address, sha256: string, whose: string): Promise<Uint8Array<ArrayBuffer>> {
  const content = await read(address)
  const digest = await globalThis.crypto?.subtle?.digest('SHA-256', content)
  const own = digest && Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
  if (own !== undefined && own !== sha256)
    throw plainError(
      'dataset-file',
      `${nameOf(address)} is not the file of ${whose}: its SHA-256 is ${own.slice(0, 12)}..., and not ${sha256.slice(0, 12)}.... Install it again.`,
    )
  return content
}
