import { joined } from '@onecycle/platform'

/**
 * A picture of at most 255 colours as PNG, without compression: index 255 is transparent. For what is drawn in one go inside an SVG.
 *
 * @param indexes of colours, row by row from the top
 */
export function indexedPng(width: number, indexes: Uint8Array, colors: readonly (readonly number[])[]): Uint8Array {
  const palette = Uint8Array.from({ length: 768 }, (_, i) => colors[Math.floor(i / 3)]?.[i % 3] ?? 0)
  const opacity = new Uint8Array(256).fill(255, 0, 255)
  return png(width, 1, indexes, 3, [chunk('PLTE', palette), chunk('tRNS', opacity)])
}

/** A picture as PNG, without compression. @param rgb red, green and blue of each pixel, row by row from the top */
export function rgbPng(width: number, rgb: Uint8Array): Uint8Array {
  return png(width, 3, rgb, 2, [])
}

/** @param kind 2 where pixels are colours, 3 where they are indexes of colours */
function png(width: number, channels: number, pixels: Uint8Array, kind: 2 | 3, more: readonly Uint8Array[]): Uint8Array {
  const size = width * channels
  const height = pixels.length / size
  const rows = new Uint8Array((size + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * size, (y + 1) * size), y * (size + 1) + 1)
  return joined([
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    chunk('IHDR', [...bytes(width), ...bytes(height), 8, kind, 0, 0, 0]),
    ...more,
    chunk('IDAT', stored(rows)),
    chunk('IEND', []),
  ])
}

/** As zlib has what is not compressed: blocks of at most 65535 bytes. */
function stored(data: Uint8Array): Uint8Array {
  const parts: ArrayLike<number>[] = [[0x78, 0x01]]
  for (let first = 0; first < data.length; first += 65535) {
    const block = data.subarray(first, first + 65535)
    const [low, high] = [block.length & 255, block.length >> 8]
    parts.push([first + block.length === data.length ? 1 : 0, low, high, ~low & 255, ~high & 255], block)
  }
  let [a, b] = [1, 0]
  for (const byte of data) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return joined([...parts, bytes(b * 65536 + a)])
}

function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const content = joined([[...type].map(letter => letter.charCodeAt(0)), data])
  return joined([bytes(data.length), content, bytes(crc32(content))])
}

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

const bytes = (value: number): number[] => [24, 16, 8, 0].map(shift => (value >>> shift) & 255)
