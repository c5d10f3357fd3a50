/** Where the checksum stands in the JSON header: no name or text can have this within, as its quotes would have a backslash. */
const key = '"checksum":"'

/** What stands there while it is computed. */
export const noChecksum = '0'.repeat(64)

/** Whether checksums can be had here: a page that came over plain http has none. */
export const hasChecksums = (): boolean => globalThis.crypto?.subtle !== undefined

/**
 * Writes the checksum of a safetensors file into the place that {@link noChecksum} keeps for it in the metadata: SHA-256 of the header, with
 * this place as zeros, followed by the SHA-256 of the values.
 */
export async function seal(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { header, start, at } = placeIn(bytes, noChecksum)
  const checksum = await checksumOf(header, bytes.subarray(start))
  bytes.set(new TextEncoder().encode(checksum), at)
}

/** Whether the file is as it was when this checksum was written into it. */
export async function isSealed(bytes: Uint8Array<ArrayBuffer>, checksum: string): Promise<boolean> {
  const { header, start, at } = placeIn(bytes, checksum)
  if (at < 0) return false
  header.fill(0x30, at, at + noChecksum.length)
  return checksum === (await checksumOf(header, bytes.subarray(start)))
}

/** A copy of all that stands before the values, where these begin, and where the checksum stands; -1 where it does not. */
function placeIn(
  bytes: Uint8Array<ArrayBuffer>,
  checksum: string,
): { header: Uint8Array<ArrayBuffer>; start: number; at: number } {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const header = bytes.slice(0, start)
  // One character a byte, so that a place in the text is one in the bytes.
  const text = new TextDecoder('latin1').decode(header)
  const found = checksum.length === noChecksum.length ? text.indexOf(`${key}${checksum}"`) : -1
  return { header, start, at: found < 0 ? -1 : found + key.length }
}

async function checksumOf(header: Uint8Array<ArrayBuffer>, values: Uint8Array<ArrayBuffer>): Promise<string> {
  const both = new Uint8Array(header.length + 32)
  both.set(header)
  both.set(await sha256(values), header.length)
  return Array.from(await sha256(both), byte => byte.toString(16).padStart(2, '0')).join('')
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
