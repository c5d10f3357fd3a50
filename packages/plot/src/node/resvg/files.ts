import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

// Here files come out of their packages. The build writes this module anew: what is published has them with it, compressed (bundle.mjs).

const { resolve } = createRequire(import.meta.url)

/** resvg, as WebAssembly. */
export const wasm = (): Promise<Uint8Array<ArrayBuffer>> => readFile(resolve('@resvg/resvg-wasm/index_bg.wasm'))

/** DejaVu Sans, plain and bold. */
export const fonts = (): Promise<Uint8Array[]> =>
  Promise.all(['DejaVuSans', 'DejaVuSans-Bold'].map(name => readFile(resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`))))
