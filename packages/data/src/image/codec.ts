import { plainError } from '@onecycle/platform'
import { codecWasm } from '#data/codec-wasm.js'
import type { ImageHeader } from './header.js'
import type { Pixels } from './pixels.js'

/** Bytes of a picture, each pixel of 1, 3 or 4. */
export interface Decoded extends Pixels {
  readonly data: Uint8Array<ArrayBuffer>
}

/** Makes what is handed on of pixels that lie in a decoder's memory, and are gone afterwards. */
export type Take = (pixels: Decoded) => Decoded

/** All of it, as it is. */
export const copied: Take = pixels => ({ ...pixels, data: pixels.data.slice() })

type Call = (...args: number[]) => number

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly malloc: Call
  readonly free: (at: number) => void
  readonly [name: string]: unknown
}

/** What a decoder is given to work with, and hands its pixels to. */
interface Desk {
  readonly call: (name: string, ...args: number[]) => number
  /** Room, which is freed afterwards. */
  readonly room: (bytes: number) => number
  /** Something to be freed afterwards that the decoder made room for. */
  readonly keep: (at: number) => number
  readonly words: (at: number, count: number) => Uint32Array
  readonly bytes: (at: number, count: number) => Decoded['data']
}

/** Gives pixels in the decoder's own memory. */
type Decode = (desk: Desk, input: number, length: number, header: ImageHeader) => Decoded

/** Layouts of pixels, as TurboJPEG numbers them. */
const layouts = { rgb: 0, grey: 6, cmyk: 11 } as const

/** Each library by what it exports: LodePNG, libjpeg-turbo, libwebp. */
const decoders: Readonly<Record<'png' | 'jpeg' | 'webp', Decode>> = {
  png(desk, input, length) {
    const out = desk.room(12)
    const error = desk.call('lodepng_decode32', out, out + 4, out + 8, input, length)
    const [pixels, width, height] = desk.words(out, 3) as unknown as [number, number, number]
    if (pixels) desk.keep(pixels)
    if (error) throw plainError('picture-damaged', `it is a damaged or truncated PNG (error ${error} of LodePNG)`)
    return { data: desk.bytes(pixels, width * height * 4), width, height, channels: 4 }
  },
  jpeg(desk, input, length, { channels }) {
    const handle = desk.call('tjInitDecompress')
    try {
      const out = desk.room(16)
      const damaged = () => plainError('picture-damaged', 'it is a damaged or truncated JPEG')
      if (desk.call('tjDecompressHeader3', handle, input, length, out, out + 4, out + 8, out + 12)) throw damaged()
      const [width, height] = desk.words(out, 2) as unknown as [number, number]
      const [layout, each] = channels === 4 ? [layouts.cmyk, 4] : channels === 1 ? [layouts.grey, 1] : [layouts.rgb, 3]
      const pixels = desk.room(width * height * each)
      if (desk.call('tjDecompress2', handle, input, length, pixels, width, width * each, height, layout, 0)) throw damaged()
      const data = desk.bytes(pixels, width * height * each)
      return channels === 4 ? { data: rgbOfCmyk(data), width, height, channels: 3 } : { data, width, height, channels: each }
    } finally {
      desk.call('tjDestroy', handle)
    }
  },
  webp(desk, input, length) {
    const out = desk.room(8)
    const pixels = desk.call('WebPDecodeRGBA', input, length, out, out + 4)
    if (pixels === 0) throw plainError('picture-damaged', 'it is a damaged or truncated WebP')
    desk.keep(pixels)
    const [width, height] = desk.words(out, 2) as unknown as [number, number]
    return { data: desk.bytes(pixels, width * height * 4), width, height, channels: 4 }
  },
}

/** A printer's inks, of which programs store what is left of the white. */
function rgbOfCmyk(inks: Uint8Array): Decoded['data'] {
  const rgb = new Uint8Array((inks.length / 4) * 3)
  for (let from = 0, to = 0; from < inks.length; from += 4) {
    const black = inks[from + 3]!
    for (let c = 0; c < 3; c++) rgb[to++] = Math.round((inks[from + c]! * black) / 255)
  }
  return rgb
}

const modules = new Map<string, Promise<WebAssembly.Module>>()
const instances = new Map<string, Exports>()

/**
 * Decodes by a library that was compiled to WebAssembly: the same in Node and in a page. At once, if it is there.
 *
 * @throws Error for a damaged file
 */
export function decodeByWasm(bytes: Uint8Array, header: ImageHeader, take: Take = copied): Decoded | Promise<Decoded> {
  const exports = instances.get(header.format)
  return exports
    ? decodeAt(exports, bytes, header, take)
    : begun(header.format).then(exports => decodeAt(exports, bytes, header, take))
}

async function begun(format: ImageHeader['format']): Promise<Exports> {
  const module = modules.get(format) ?? codecWasm(format).then(wasm => WebAssembly.compile(wasm))
  modules.set(format, module)
  const compiled = await module
  const exports = instances.get(format) ?? start(compiled)
  instances.set(format, exports)
  return exports
}

function decodeAt(exports: Exports, bytes: Uint8Array, header: ImageHeader, take: Take): Decoded {
  try {
    return decodeWith(exports, bytes, header, take)
  } catch (error) {
    // It may have stopped midway, and is begun anew.
    instances.delete(header.format)
    throw error
  }
}

function decodeWith(exports: Exports, bytes: Uint8Array, header: ImageHeader, take: Take): Decoded {
  const rooms: number[] = []
  const keep = (at: number) => {
    rooms.push(at)
    return at
  }
  const room = (length: number) => {
    const at = exports.malloc(length)
    if (at === 0) throw plainError('picture-too-large', `there is no room for it in memory: it takes ${length} bytes`)
    return keep(at)
  }
  try {
    const input = room(bytes.length)
    new Uint8Array(exports.memory.buffer, input, bytes.length).set(bytes)
    const desk: Desk = {
      call: (name, ...args) => (exports[name] as Call)(...args),
      room,
      keep,
      words: (at, count) => new Uint32Array(exports.memory.buffer, at, count),
      bytes: (at, count) => new Uint8Array(exports.memory.buffer, at, count),
    }
    return take(decoders[header.format](desk, input, bytes.length, header))
  } finally {
    for (const at of rooms) exports.free(at)
  }
}

/** They ask for little of a system, which is to do nothing, and leave what is damaged by a jump, which is an error here. */
function start(module: WebAssembly.Module): Exports {
  const nothing = () => 0
  const leave = () => {
    throw plainError('picture-damaged', 'it is damaged')
  }
  const imports: Record<string, Record<string, () => number>> = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {}
    imports[from][name] = name === 'longjmp' || name === 'proc_exit' ? leave : nothing
  }
  const exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports
  if (typeof exports['_initialize'] === 'function') (exports['_initialize'] as () => void)()
  return exports
}
