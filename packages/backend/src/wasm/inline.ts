/**
 * Carries the modules of WebAssembly in the program itself, for bundlers that leave files behind (esbuild, rollup) and for a program in
 * a single file. Import it beside the rest, before the wasm backend starts; `onecycle/inline` is the same.
 *
 * @example
 * import '@onecycle/backend/wasm/inline'
 *
 * @module
 */
import { giveWasm, type WasmFile } from './files.js'
import { modules, worker } from './inline-data.js'

async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = Uint8Array.from(atob(text), character => character.charCodeAt(0))
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

const names = Object.keys(modules) as WasmFile[]
giveWasm({ wasm: Object.fromEntries(names.map(name => [name, () => unpack(modules[name]!)])), worker })
