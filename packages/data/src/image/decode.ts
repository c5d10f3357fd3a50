import { isPromise, plainError, rangeError } from '@onecycle/platform'
import { decodeBySharp } from '#data/sharp.js'
import { oriented, withChannels } from './channels.js'
import { copied, type Decoded, decodeByWasm } from './codec.js'
import { type ImageHeader, readHeader, UnknownFormat } from './header.js'
import { isWorthSharp } from './worth-sharp.js'

/** Pixels of a picture, unless more are allowed: 8,192 x 8,192. */
export const mostPixels = 2 ** 26

/**
 * Decodes PNG, JPEG and WebP, turned as EXIF says, by libraries in WebAssembly; large ones by sharp, where it is installed and gives the same, and
 * what else it knows: GIF, TIFF, AVIF and others.
 *
 * @throws Error for what is no picture, damaged, or has more pixels than `maxPixels`: told by its header, before there is room for it
 */
export function decodeImage(bytes: Uint8Array, channels: 1 | 3, maxPixels = mostPixels): Decoded | Promise<Decoded> {
  const header = headerOf(bytes)
  if (header instanceof UnknownFormat) return decodeOther(bytes, header, channels, maxPixels)
  requireSize(header, maxPixels)
  const { depth, profiled, width, height } = header
  const isPlain = depth === 8 && !profiled && header.channels !== 4 && header.format !== 'webp'
  return isPlain && isWorthSharp(width * height)
    ? decodeLarge(bytes, header, channels, maxPixels)
    : decodeHere(bytes, header, channels)
}

async function decodeLarge(bytes: Uint8Array, header: ImageHeader, channels: 1 | 3, maxPixels: number): Promise<Decoded> {
  const bySharp = await decodeBySharp(bytes, maxPixels)
  return bySharp ? oriented(withChannels(bySharp, channels), header.orientation) : decodeHere(bytes, header, channels)
}

function decodeHere(bytes: Uint8Array, header: ImageHeader, channels: 1 | 3): Decoded | Promise<Decoded> {
  const decoded = decodeByWasm(bytes, header, pixels =>
    pixels.channels === channels ? copied(pixels) : withChannels(pixels, channels),
  )
  return isPromise(decoded)
    ? decoded.then(decoded => oriented(decoded, header.orientation))
    : oriented(decoded, header.orientation)
}

/**
 * Decodes a mask: the numbers that a palette's colours have, or grey values.
 *
 * @throws as {@link decodeImage}
 */
export async function decodeMask(bytes: Uint8Array, maxPixels = mostPixels): Promise<Decoded> {
  const header = headerOf(bytes)
  if (header instanceof UnknownFormat) return decodeOther(bytes, header, 1, maxPixels)
  requireSize(header, maxPixels)
  const decoded = await decodeByWasm(bytes, header)
  if (!header.palette) return oriented(withChannels(decoded, 1), header.orientation)
  const numbers = new Map<number, number>()
  for (let i = 0; 3 * i < header.palette.length; i++) {
    const color = (header.palette[3 * i]! << 16) | (header.palette[3 * i + 1]! << 8) | header.palette[3 * i + 2]!
    if (!numbers.has(color)) numbers.set(color, i)
  }
  const { data, height, width } = decoded
  const mask = new Uint8Array(height * width)
  for (let i = 0; i < mask.length; i++) mask[i] = numbers.get((data[4 * i]! << 16) | (data[4 * i + 1]! << 8) | data[4 * i + 2]!)!
  return oriented({ data: mask, height, width, channels: 1 }, header.orientation)
}

function headerOf(bytes: Uint8Array): ImageHeader | UnknownFormat {
  try {
    return readHeader(bytes)
  } catch (error) {
    if (error instanceof UnknownFormat) return error
    throw error
  }
}

async function decodeOther(bytes: Uint8Array, unknown: UnknownFormat, channels: 1 | 3, maxPixels: number): Promise<Decoded> {
  const decoded = await decodeBySharp(bytes, maxPixels).catch(cause => {
    throw plainError('picture-format', `${unknown.message}, and sharp cannot read it: ${cause.message}`, { cause })
  })
  if (!decoded)
    throw plainError(
      'picture-format',
      `${unknown.message}. Other formats are read in Node where sharp is installed: npm install sharp`,
    )
  return withChannels(decoded, channels)
}

function requireSize({ width, height }: ImageHeader, maxPixels: number): void {
  if (width === 0 || height === 0) throw plainError('picture-damaged', `its header says that it is ${width} x ${height} pixels`)
  if (width * height > maxPixels)
    throw rangeError(
      'picture-too-large',
      `its header says that it is ${width} x ${height} pixels, more than maxPixels, ${maxPixels}. Nothing of it was decoded.`,
    )
}
