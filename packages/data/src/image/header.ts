import { plainError, withCode } from '@onecycle/platform'

/** What the first bytes of a picture's file say of it. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg' | 'webp'
  readonly width: number
  readonly height: number
  /** Of a JPEG: 1 for grey, 3, or 4 for a printer's inks. */
  readonly channels: number
  /** How it is to be turned, as EXIF numbers it: 1 for not at all. */
  readonly orientation: number
  /** Whether its colours are told by a profile, so that libraries may differ. */
  readonly profiled: boolean
  /** Bits of a sample, and whether colours are numbers of a palette: PNG. */
  readonly depth: number
  readonly palette?: Uint8Array | undefined
}

/**
 * @throws Error for what is no PNG, JPEG or WebP, or ends before its size is told
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw plainError('picture-damaged', 'it is empty (0 bytes)')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (starts(bytes, [0x89, 0x50, 0x4e, 0x47])) return pngHeader(view, bytes)
    if (starts(bytes, [0xff, 0xd8])) return jpegHeader(view, bytes)
    if (starts(bytes, [0x52, 0x49, 0x46, 0x46]) && text(bytes, 8, 4) === 'WEBP') return webpHeader(view, bytes)
  } catch (cause) {
    if (cause instanceof RangeError)
      throw plainError('picture-damaged', `it is truncated: it ends after ${bytes.length} bytes, within its header`, { cause })
    throw cause
  }
  throw new UnknownFormat(bytes)
}

/** Another format, which sharp may know. */
export class UnknownFormat extends Error {
  constructor(bytes: Uint8Array) {
    const hex = Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join(' ')
    super(`it is no PNG, JPEG or WebP: it starts with the bytes ${hex}`)
    withCode(this, 'picture-format', UnknownFormat)
  }
}

function starts(bytes: Uint8Array, begin: readonly number[]): boolean {
  return begin.every((byte, i) => bytes[i] === byte)
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

/** Names of chunks as numbers, which are read in a tenth of the time. */
const chunks = {
  ...{ IDAT: 0x49444154, IEND: 0x49454e44, PLTE: 0x504c5445, eXIf: 0x65584966 },
  ...{ iCCP: 0x69434350, gAMA: 0x67414d41, cHRM: 0x6348524d, cICP: 0x63494350 },
}

function pngHeader(view: DataView, bytes: Uint8Array): ImageHeader {
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), view.getUint8(24), view.getUint8(25)]
  let [orientation, profiled] = [1, false]
  let palette: Uint8Array | undefined
  // Chunks: length, name, content, sum.
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const [length, name] = [view.getUint32(at), view.getUint32(at + 4)]
    if (name === chunks.IDAT || name === chunks.IEND) break
    if (name === chunks.iCCP || name === chunks.gAMA || name === chunks.cHRM || name === chunks.cICP) profiled = true
    if (name === chunks.PLTE) palette = bytes.subarray(at + 8, at + 8 + length)
    if (name === chunks.eXIf) orientation = exifOrientation(bytes.subarray(at + 8, at + 8 + length))
  }
  const channels = type === 0 ? 1 : type === 4 ? 2 : type === 6 ? 4 : 3
  return { format: 'png', width, height, channels, orientation, profiled, depth, palette: type === 3 ? palette : undefined }
}

function jpegHeader(view: DataView, bytes: Uint8Array): ImageHeader {
  let [orientation, profiled, at] = [1, false, 2]
  for (;;) {
    while (view.getUint8(at) !== 0xff) at++
    while (view.getUint8(at) === 0xff) at++
    const marker = view.getUint8(at++)
    // Without content: restarts and such.
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue
    const length = view.getUint16(at)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      const [depth, height, width, channels] = [
        view.getUint8(at + 2),
        view.getUint16(at + 3),
        view.getUint16(at + 5),
        view.getUint8(at + 7),
      ]
      return { format: 'jpeg', width, height, channels, orientation, profiled, depth }
    }
    if (marker === 0xe1 && text(bytes, at + 2, 4) === 'Exif') orientation = exifOrientation(bytes.subarray(at + 8, at + length))
    if (marker === 0xe2 && text(bytes, at + 2, 11) === 'ICC_PROFILE') profiled = true
    at += length
  }
}

function webpHeader(view: DataView, bytes: Uint8Array): ImageHeader {
  const common = { format: 'webp', channels: 4, depth: 8 } as const
  const kind = text(bytes, 12, 4)
  if (kind === 'VP8 ') {
    const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
    return { ...common, width, height, orientation: 1, profiled: false }
  }
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { ...common, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, orientation: 1, profiled: false }
  }
  const flags = view.getUint8(20)
  if (flags & 0x02) throw plainError('picture-format', 'it is a WebP of several frames; expected a still picture')
  const [width, height] = [24, 27].map(at => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16)) as [number, number]
  let orientation = 1
  for (let at = 12; flags & 0x08 && at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true)
    if (text(bytes, at, 4) === 'EXIF') orientation = exifOrientation(bytes.subarray(at + 8, at + 8 + length))
    at += 8 + length + (length % 2)
  }
  return { ...common, width, height, orientation, profiled: Boolean(flags & 0x20) }
}

/** Tag 0x0112 of a TIFF header, 1 where there is none or it is damaged. */
function exifOrientation(exif: Uint8Array): number {
  const tiff = text(exif, 0, 4) === 'Exif' ? exif.subarray(6) : exif
  if (tiff.length < 14) return 1
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const little = tiff[0] === 0x49
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return 1
  const entries = view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i
    if (at + 12 > tiff.length) return 1
    if (view.getUint16(at, little) === 0x0112) {
      const orientation = view.getUint16(at + 8, little)
      return orientation >= 1 && orientation <= 8 ? orientation : 1
    }
  }
  return 1
}
