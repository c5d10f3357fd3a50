import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { read } from '@onecycle/platform'
import { reasonOf } from '../candidate.js'
import { MissingFile, type WasmFile } from '../wasm/files.js'
import { localPath } from './own/local-path.js'

/** A file that lies where it was installed. @throws MissingFile when it does not */
export function readWasmNow(file: WasmFile): Uint8Array<ArrayBuffer> {
  try {
    return readInstalled(file)
  } catch (cause) {
    throw new MissingFile(
      `${file} could not be read: ${reasonOf(cause)}. Where a bundler has left it behind: import 'onecycle/inline', or copy the folder ` +
        "dist/wasm of '@onecycle/backend' and say where it lies with setWasmPath.",
      { cause },
    )
  }
}

function readInstalled(file: WasmFile): Uint8Array<ArrayBuffer> {
  // Sources and build sit equally deep in the package, so this address holds from both.
  return readFileSync(new URL(`../../dist/wasm/${file}`, import.meta.url))
}

/** @param folder undefined: where it was installed */
export async function readWasm(file: WasmFile, folder?: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!folder) return readWasmNow(file)
  return read(/^https?:/.test(folder) ? new URL(file, folder) : join(localPath(folder), file))
}
