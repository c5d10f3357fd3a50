import { Sha256 } from '@onecycle/platform'

/** Where the checksum stands in the JSON header: no name or text can have this within, as its quotes would have a backslash. */
const key = '"checksum":"'

/** What stands there while it is computed. */
export const noChecksum = '0'.repeat(64)

/**
 * Writes the checksum of a safetensors file into the place that {@link noChecksum} keeps for it in the metadata: SHA-256 of the head, all
 * before the values, with this place as zeros, followed by the SHA-256 of the values.
 */
export function seal(head: Uint8Array, values: Sha256): void {
  head.set(new TextEncoder().encode(checksumOf(head, values)), placeIn(head, noChecksum))
}

/** Whether head and values are as they were when this checksum was written into the head. */
export function isSealed(head: Uint8Array, checksum: string, values: Sha256): boolean {
  const at = placeIn(head, checksum)
  if (at < 0) return false
  const unsealed = head.slice().fill(0x30, at, at + noChecksum.length)
  return checksum === checksumOf(unsealed, values)
}

/** Where a checksum stands, or -1. */
function placeIn(head: Uint8Array, checksum: string): number {
  // One character a byte, so that a place in the text is one in the bytes.
  const text = new TextDecoder('latin1').decode(head)
  const found = checksum.length === noChecksum.length ? text.indexOf(`${key}${checksum}"`) : -1
  return found < 0 ? -1 : found + key.length
}

function checksumOf(head: Uint8Array, values: Sha256): string {
  const digest = new Sha256().update(head).update(values.digest()).digest()
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
}
