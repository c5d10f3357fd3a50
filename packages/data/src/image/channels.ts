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
    for (let from = 0, to = 0; to < out.length; from += given, to += 3) {
      out[to] = data[from]!
      out[to + 1] = data[from + 1]!
      out[to + 2] = data[from + 2]!
    }
  }
  return { data: out, height, width, channels }
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
