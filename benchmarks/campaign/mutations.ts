import type { Random } from '@onecycle/platform'

/** How a file is spoiled: cut short, one bit turned, or a sector of a disk that was never written. */
export const ways = ['cut short', 'bit flipped', 'sector of zeros'] as const
export type Way = (typeof ways)[number]

export type Bytes = Uint8Array<ArrayBuffer>

/** Where the parts of a checkpoint lie, from byte to byte: those that a reader looks at differently. */
export function regionsOf(bytes: Bytes): Record<string, [from: number, to: number]> {
  const start = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, start))
  const checksum = header.indexOf('"checksum":"') + '"checksum":"'.length
  const state = header.indexOf('"optimizer":')
  const places = header.indexOf('{"dtype"')
  const arrays = start + Number(/"run\.[^"]*":\{[^}]*"data_offsets":\[(\d+)/.exec(header)![1])
  return {
    "the header's length": [0, 8],
    checksum: [checksum, checksum + 64],
    'state in JSON': [state, places],
    'names, shapes, places': [places, start],
    'weights and optimizer': [start, arrays],
    'arrays of the state': [arrays, bytes.length],
  }
}

/** A copy of a file that differs from it in one way, somewhere in the region. */
export function spoiled(bytes: Bytes, way: Way, [from, to]: [number, number], random: Random): Bytes {
  const at = from + random.int(to - from)
  if (way === 'cut short') return bytes.slice(0, at)
  const copy = bytes.slice()
  if (way === 'bit flipped') copy[at]! ^= 1 << random.int(8)
  else copy.fill(0, at, Math.min(at + 512, to))
  return copy
}
