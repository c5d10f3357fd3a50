import { plainError } from '@onecycle/platform'
import type { Simd } from '../candidate.js'
import { type Built, type CompiledVariant, files, noRelaxedSimd, noSimd, plainAsked } from '../wasm/compiled/builds.js'
import { relaxedSimd, simd } from '../wasm/features.js'
import type { WasmFile } from '../wasm/files.js'

/** A page fetches the builds and compiles them in the background, so there is none at once. */
export function buildNow(_asked?: Simd): Built | undefined {
  return undefined
}

/** The fastest build that this browser accepts. @throws Error when there is none, or its file cannot be had */
export async function build(load: (file: WasmFile) => Promise<Uint8Array<ArrayBuffer>>, asked?: Simd): Promise<Built> {
  if (!simd()) throw plainError('no-simd', noSimd)
  if (asked === 'relaxed' && !relaxedSimd()) throw plainError('no-simd', noRelaxedSimd)
  const variant = asked !== 'plain' && relaxedSimd() ? 'relaxed-simd' : 'simd'
  const narrow = asked === 'plain' ? plainAsked : 'only Node can ask its engine for them'
  return { variant, narrow, module: await compile(variant, await load(files[variant])) }
}

/** Compiles a build, perhaps changed. */
export async function compile(_variant: CompiledVariant, bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  return WebAssembly.compile(bytes)
}
