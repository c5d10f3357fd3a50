import { joined, rangeError } from '@onecycle/platform'

const most = 2 ** 32 - 1

/**
 * Files as a ZIP archive, as they are: weights do not become shorter. The same files are the same bytes.
 *
 * Source: PKWARE's APPNOTE.TXT, 4.3.
 *
 * @throws RangeError from 4 GiB on
 */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: ArrayLike<number>[] = []
  const directory: number[] = []
  let end = 0
  for (const [path, bytes] of Object.entries(files)) {
    const name = [...new TextEncoder().encode(path)]
    // Version 2.0, names in UTF-8, stored; 1980-01-01; checksum, sizes, and lengths of the name and of nothing more.
    const facts = [...u16(20), ...u16(0x800), ...u16(0), ...u16(0), ...u16(0x21), ...u32(crc32(bytes))]
    facts.push(...u32(bytes.length), ...u32(bytes.length), ...u16(name.length), ...u16(0))
    directory.push(...u32(0x02014b50), ...u16(20), ...facts, ...u16(0), ...u16(0), ...u16(0), ...u32(0), ...u32(end), ...name)
    parts.push([...u32(0x04034b50), ...facts, ...name], bytes)
    end += 30 + name.length + bytes.length
    if (end > most)
      throw rangeError('keras-unsupported', `The model takes ${end} bytes, and this kind of archive has room for ${most}.`)
  }
  const count = u16(Object.keys(files).length)
  const last = [...u32(0x06054b50), ...u16(0), ...u16(0), ...count, ...count, ...u32(directory.length), ...u32(end), ...u16(0)]
  return joined([...parts, directory, last])
}

const u16 = (value: number) => [value & 255, value >>> 8]
const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)]

function crc32(bytes: Uint8Array): number {
  let sum = -1
  for (const byte of bytes) sum = remainders[(sum ^ byte) & 255]! ^ (sum >>> 8)
  return ~sum
}

const remainders = Int32Array.from({ length: 256 }, (_, i) => {
  let rest = i
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})
