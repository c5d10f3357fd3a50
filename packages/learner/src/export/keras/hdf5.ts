import { joined } from '@onecycle/platform'

/** A named array, row by row. */
export interface HdfArray {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** A folder of arrays and folders, by name. */
export type HdfGroup = ReadonlyMap<string, HdfGroup | HdfArray>

/**
 * Groups of float32 arrays as an HDF5 file: as much of the format as every reader of it has had since its version 1.8, groups that list
 * their links in their own headers, and arrays that lie in one piece.
 *
 * Source: HDF5 File Format Specification, version 3.0: superblock 0, object headers 1.
 */
export function hdf5(root: HdfGroup): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let end = superblockBytes
  const put = (bytes: Uint8Array) => {
    const at = end
    const space = -bytes.length & 7
    parts.push(bytes, new Uint8Array(space))
    end += bytes.length + space
    return at
  }
  // What is pointed to lies before what points to it.
  const putEntry = (entry: HdfGroup | HdfArray): number => {
    if (isArray(entry)) return put(array(entry, put(bytesOf(entry.values))))
    const links = [...entry].map(([name, each]) => message(0x06, link(name, putEntry(each))))
    return put(header([message(0x02, [0, 0, ...nowhere, ...nowhere]), message(0x0a, [0, 0]), ...links]))
  }
  const at = putEntry(root)
  return joined([superblock(at, end), ...parts])
}

function isArray(entry: HdfGroup | HdfArray): entry is HdfArray {
  return 'shape' in entry
}

const superblockBytes = 96
const nowhere = Array<number>(8).fill(0xff)

function superblock(root: number, end: number): number[] {
  const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  // Versions, and that offsets and lengths have 8 bytes; sizes of trees that there are none of.
  const versions = [0, 0, 0, 0, 0, 8, 8, 0, ...number(4, 2), ...number(16, 2), ...number(0, 4)]
  const places = [...number(0, 8), ...nowhere, ...number(end, 8), ...nowhere]
  return [...signature, ...versions, ...places, ...number(0, 8), ...number(root, 8), ...Array<number>(24).fill(0)]
}

function array({ shape, values }: HdfArray, at: number): Uint8Array {
  const sides = shape.flatMap(side => number(side, 8))
  // Little-endian, its sign at bit 31, 8 bits of exponent from bit 23, 23 of mantissa, and a bias of 127.
  const float32 = [0x11, 0x20, 31, 0, ...number(4, 4), ...number(0, 2), ...number(32, 2), 23, 8, 0, 23, ...number(127, 4)]
  // An array without values has no place.
  const place = values.length > 0 ? number(at, 8) : nowhere
  return header([
    message(0x01, [1, shape.length, 0, 0, ...number(0, 4), ...sides]),
    message(0x03, float32),
    message(0x05, [2, 1, 0, 0]),
    message(0x08, [3, 1, ...place, ...number(values.byteLength, 8)]),
  ])
}

function link(name: string, at: number): number[] {
  const text = new TextEncoder().encode(name)
  // Flags: two bytes for the length of the name, which is UTF-8.
  return [1, 0b10001, 1, ...number(text.length, 2), ...text, ...number(at, 8)]
}

function header(messages: readonly number[][]): Uint8Array {
  const body = messages.flat()
  const start = [1, 0, ...number(messages.length, 2), ...number(1, 4), ...number(body.length, 4), ...number(0, 4)]
  return Uint8Array.from([...start, ...body])
}

function message(type: number, data: readonly number[]): number[] {
  const space = -data.length & 7
  return [...number(type, 2), ...number(data.length + space, 2), ...number(0, 4), ...data, ...Array<number>(space).fill(0)]
}

/** Little-endian. */
function number(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256)
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
