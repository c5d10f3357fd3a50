import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

// Here decoders come out of their packages. The build writes this module anew: what is published has them with it, compressed (bundle.mjs).

const { resolve } = createRequire(import.meta.url)
const files = { png: 'lodepng/lodepng', jpeg: 'jpeg-turbo/jpeg-turbo', webp: 'webp/webp' }

/** A decoder, as WebAssembly. */
export function codecWasm(name: keyof typeof files): Promise<Uint8Array<ArrayBuffer>> {
  return readFile(resolve(`@cwasm/${files[name]}.wasm`))
}
