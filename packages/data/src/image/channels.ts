import type { Decoded } from './codec.js'

/**
 * Pixels of 1 (their brightness) or 3 bytes. What is transparent is left out, as it is when Pillow makes RGB of a picture.
 */
export function withChannels(pixels: Decoded, channels: 1 | 3): Decoded {
  const { data, height, width, channels: given } = pixels
  if (given === channels) return pixels
  const out = new Uint8Array(height * width * channels)
  if (channels === 1) {
    for (let from = 0, to = 0; to < out.length; from += given, to++)
      // ITU-R 601, in the whole numbers that Pillow takes.
      out[to] = (data[from]! * 19595 + data[from + 1]! * 38470 + data[from + 2]! * 7471 + 0x8000) >> 16
  } else if (given === 1) {
    for (let from = 0, to = 0; from < data.length; from++, to += 3) {
      out[to] = data[from]!
      out[to + 1] = data[from]!
      out[to + 2] = data[from]!
    }
  } else {
    const begun = given === 4 && data.byteOffset % 4 === 0 ? withoutFourth(data, out) : 0
    for (let from = begun * given, to = begun * 3; to < out.length; from += given, to += 3) {
      out[to] = data[from]!
      out[to + 1] = data[from + 1]!
      out[to + 2] = data[from + 2]!
    }
  }
  return { data: out, height, width, channels }
}

/**
 * Four pixels at a time, as words, whose low bytes come first: a third of the time that byte after byte takes. Gives how many there were.
 */
function withoutFourth(data: Decoded['data'], out: Decoded['data']): number {
  const [from, to] = [
    new Uint32Array(data.buffer, data.byteOffset, data.length >> 2),
    new Uint32Array(out.buffer, 0, out.length >> 2),
  ]
  const fours = from.length >> 2
  for (let i = 0, read = 0, write = 0; i < fours; i++, read += 4, write += 3) {
    const [second, third] = [from[read + 1]!, from[read + 2]!]
    to[write] = (from[read]! & 0xffffff) | (second << 24)
    to[write + 1] = ((second >>> 8) & 0xffff) | (third << 16)
    to[write + 2] = ((third >>> 16) & 0xff) | (from[read + 3]! << 8)
  }
  return 4 * fours
}

/** Turned and mirrored as EXIF says: 1 to 8. */
export function oriented(pixels: Decoded, orientation: number): Decoded {
  if (orientation === 1) return pixels
  const { data, height: tall, width: wide, channels } = pixels
  const isTransposed = orientation > 4
  const [height, width] = isTransposed ? [wide, tall] : [tall, wide]
  const [mirrorsX, mirrorsY] = [[2, 3, 7, 8].includes(orientation), [3, 4, 6, 7].includes(orientation)]
  const out = new Uint8Array(data.length)
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [column, row] = isTransposed ? [y, x] : [x, y]
      const from = ((mirrorsY ? tall - 1 - row : row) * wide + (mirrorsX ? wide - 1 - column : column)) * channels
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!
    }
  return { data: out, height, width, channels }
}
