import { setFlagsFromString } from 'node:v8'
import { plainError } from '@onecycle/platform'
import type { Simd } from '../candidate.js'
import { type Built, type CompiledVariant, files, noRelaxedSimd, noSimd, plainAsked } from '../wasm/compiled/builds.js'
import { relaxedSimd, simd } from '../wasm/features.js'
import type { WasmFile } from '../wasm/files.js'
import { readWasmNow } from './files.js'
import { compileWide, reasonAgainstWide, runsWide } from './v8/wide.js'

type Bytes = Uint8Array<ArrayBuffer>

/**
 * The fastest build that this engine accepts. Node 20 needs a flag for relaxed SIMD, which is set here so that nobody has to; later
 * versions have it on.
 *
 * @throws Error when there is none, or its file is missing
 */
export function buildNow(asked?: Simd): Built | undefined {
  return choose(asked, readWasmNow)
}

/** The same of files that have to be waited for. */
export async function build(load: (file: WasmFile) => Promise<Bytes>, asked?: Simd): Promise<Built> {
  const bytes = new Map<WasmFile, Bytes | Error>()
  for (const file of Object.values(files)) bytes.set(file, await load(file).catch((reason: Error) => reason))
  return choose(asked, file => {
    const found = bytes.get(file)!
    if (found instanceof Error) throw found
    return found
  })
}

function choose(asked: Simd | undefined, read: (file: WasmFile) => Bytes): Built {
  // Where the feature is on, engines no longer know the flag, and complain on standard error.
  if (!relaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd')
  if (!simd()) throw plainError('no-simd', noSimd)
  if (asked === 'relaxed' && !relaxedSimd()) throw plainError('no-simd', noRelaxedSimd)
  // It also says when the environment asks for what there is not.
  const against = reasonAgainstWide()
  if (asked === 'plain' || (!asked && process.env['ONECYCLE_SIMD'] === 'plain'))
    return compiled('simd', read, asked ? plainAsked : against)
  const narrow = asked ? 'relaxed SIMD was asked for' : against || tryWide(read)
  if (typeof narrow !== 'string') return narrow
  return compiled(relaxedSimd() ? 'relaxed-simd' : 'simd', read, narrow)
}

/** The build for wide vectors, or why it is left alone. */
function tryWide(read: (file: WasmFile) => Bytes): Built | string {
  try {
    const module = compileWide(read(files['wide-simd']))
    if (runsWide(module)) return { variant: 'wide-simd', module, narrow: '' }
    return 'the engine or the processor has no vectors of 256 bits'
  } catch (error) {
    return `${files['wide-simd']}: ${(error as Error).message}`
  }
}

function compiled(variant: CompiledVariant, read: (file: WasmFile) => Bytes, narrow: string): Built {
  return { variant, narrow, module: new WebAssembly.Module(read(files[variant])) }
}

/** Compiles a build, perhaps changed. */
export async function compile(variant: CompiledVariant, bytes: Bytes): Promise<WebAssembly.Module> {
  return variant === 'wide-simd' ? compileWide(bytes) : WebAssembly.compile(bytes)
}
