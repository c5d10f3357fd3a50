import { readFileSync } from 'node:fs'

// The build writes this module anew: what is published has it with it (bundle.mjs).

/** What `assembly/render.ts` is compiled to. */
export function renderWasm(): Uint8Array<ArrayBuffer> {
  return readFileSync(new URL('../../dist/transform/render.wasm', import.meta.url))
}
