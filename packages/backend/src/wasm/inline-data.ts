import type { WasmFile } from './files.js'

// The build writes this module anew, with what it is to carry (`bundle.mjs`).

/** Modules of WebAssembly, packed by gzip, in base64. */
export const modules: Partial<Record<WasmFile, string>> = {}

/** The program of a worker. */
export const worker: string = ''
