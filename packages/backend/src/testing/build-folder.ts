import { readFileSync } from 'node:fs'

/** A module of the build. */
export const readBuild = (file: string): Uint8Array<ArrayBuffer> =>
  readFileSync(new URL(`../../dist/wasm/${file}`, import.meta.url))
