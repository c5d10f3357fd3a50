import { show, typeError, withCode } from '@onecycle/platform'
import { readWasm } from '#backend/files.js'

/** The builds of our kernels, and TensorFlow.js's own binary. */
export type WasmFile = 'plain.wasm' | 'relaxed.wasm' | 'wide.wasm' | 'tfjs-backend-wasm-simd.wasm' | 'tfjs-backend-wasm.wasm'

/** A file of ours is not where it should be: a mistake in how a program was put together, and nothing that the machine lacks. */
export class MissingFile extends Error {
  static override readonly name = 'MissingFile'
  override readonly name = 'MissingFile'

  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    withCode(this, 'wasm-file', MissingFile)
  }
}

/** What comes with the program, in place of being fetched. */
interface Given {
  readonly wasm: Partial<Record<WasmFile, () => Promise<Uint8Array<ArrayBuffer>>>>
  /** The program of a worker. */
  readonly worker: string
}

let folder: string | undefined
let given: Given | undefined
const read = new Map<WasmFile, Promise<Uint8Array<ArrayBuffer>>>()

/**
 * Says where the modules of WebAssembly lie, for a program whose bundler leaves behind what is named by
 * `new URL('…', import.meta.url)`, as esbuild and rollup do: copy the folder `dist/wasm` of `@onecycle/backend` to where the page can
 * fetch it. Call it before the wasm backend starts. `import 'onecycle/inline'` needs no files.
 *
 * @param path the folder's address, relative to the page if it is relative; in Node a path or a URL
 * @throws TypeError for what is neither text nor a URL
 * @example
 * setWasmPath('/assets/onecycle/')
 */
export function setWasmPath(path: string | URL): void {
  if ((typeof path !== 'string' && !(path instanceof URL)) || !String(path))
    throw typeError(
      'wrong-argument',
      `setWasmPath takes the address of a folder, such as '/assets/onecycle/', but got ${show(path)}.`,
    )
  folder = String(path).replace(/\/?$/, '/')
  read.clear()
}

/** Where the program says that the files lie. */
export function wasmFolder(): string | undefined {
  return folder
}

/** Has files come with the program, in place of being fetched. */
export function giveWasm(files: Given): void {
  given = files
  read.clear()
}

/** The program of a worker, where it comes with this one. */
export function workerSource(): string | undefined {
  return given?.worker
}

/** The bytes of a file, fetched once. @throws Error that says which file, and what answered */
export function wasmBytes(file: WasmFile): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = read.get(file)
  if (!bytes) {
    bytes = (!folder && given?.wasm[file]?.()) || readWasm(file, folder)
    read.set(file, bytes)
    // What failed may succeed the next time.
    bytes.catch(() => read.delete(file))
  }
  return bytes
}
