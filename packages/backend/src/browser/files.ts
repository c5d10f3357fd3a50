import { plainError, show } from '@onecycle/platform'
import { noSimd } from '../wasm/compiled/builds.js'
import { MissingFile, type WasmFile } from '../wasm/files.js'

/** Bundlers find files that are named so, each in full. Addresses are made when they are needed: not every bundle has one of its own. */
const addresses: Partial<Record<WasmFile, () => URL>> = {
  'plain.wasm': () => new URL('../wasm/plain.wasm', import.meta.url),
  'relaxed.wasm': () => new URL('../wasm/relaxed.wasm', import.meta.url),
  'tfjs-backend-wasm-simd.wasm': () => new URL('../wasm/tfjs-backend-wasm-simd.wasm', import.meta.url),
}

const advice =
  "Bundlers such as esbuild and rollup leave these files behind: import 'onecycle/inline', or copy them and say where they lie with setWasmPath."

/** A page waits for files. @throws Error always */
export function readWasmNow(file: WasmFile): Uint8Array<ArrayBuffer> {
  throw plainError('wasm-file', `${file} has to be fetched`)
}

/** @param folder undefined: where it was put with the program */
export async function readWasm(file: WasmFile, folder?: string): Promise<Uint8Array<ArrayBuffer>> {
  const own = addresses[file]
  if (!own) throw plainError('no-simd', noSimd)
  let address: URL | undefined
  try {
    address = folder ? new URL(file, new URL(folder, location.href)) : own()
    const response = await fetch(address, { credentials: 'same-origin' })
    if (!response.ok) throw plainError('wasm-file', `it answers ${response.status} ${response.statusText}`.trim())
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (!WebAssembly.validate(bytes))
      throw plainError('wasm-file', `what answers is no WebAssembly that this browser runs, ${told(bytes)}`)
    return bytes
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : show(cause)
    throw new MissingFile(
      `${address ?? file} could not be loaded: ${reason}. ${folder ? 'setWasmPath named its folder.' : advice}`,
      {
        cause,
      },
    )
  }
}

function told(bytes: Uint8Array): string {
  return bytes[0] === 0 ? `of ${bytes.length} bytes` : `but begins ${show(new TextDecoder().decode(bytes.subarray(0, 30)))}`
}
