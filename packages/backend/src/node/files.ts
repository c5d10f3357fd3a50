import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { read } from '@onecycle/platform'
import type { WasmFile } from '../wasm/files.js'

/** Where the builds lie. Sources and build sit equally deep in the package, so this address holds from both. */
const buildFolder = new URL('../../dist/wasm/', import.meta.url)

/** A file that lies where it was installed. @throws Error when it does not */
export function readWasmNow(file: WasmFile): Uint8Array<ArrayBuffer> {
  if (!file.startsWith('tfjs-')) return readFileSync(new URL(file, buildFolder))
  return readFileSync(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), file))
}

/** @param folder undefined: where it was installed */
export async function readWasm(file: WasmFile, folder?: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!folder) return readWasmNow(file)
  const address = /^(https?|file):/.test(folder) ? folder : pathToFileURL(`${resolve(folder)}/`)
  return read(new URL(file, address))
}
