import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { relaxedSimd } from '../features.js'
import { shareMemory } from '../threads/share-memory.js'
import { Module } from './web-assembly.js'
import { compileWide, reasonAgainstWide, runsWide } from './wide.js'

/**
 * Which build of the kernels runs: with fused multiply-add (relaxed SIMD) and vectors that the engine makes 256 bits wide, with fused
 * multiply-add, or with plain 128-bit SIMD. The first two give the same bits.
 */
export type CompiledVariant = 'wide-simd' | 'relaxed-simd' | 'simd'

export interface CompiledModule {
  readonly variant: CompiledVariant
  readonly module: object
}

/** Where the builds lie. Sources and build sit equally deep in the package, so this address holds from both. */
export const buildFolder = new URL('../../../dist/wasm/', import.meta.url)

/** The files of the builds, best first. */
export const files: Record<CompiledVariant, string> = {
  'wide-simd': 'wide.wasm',
  'relaxed-simd': 'relaxed.wasm',
  simd: 'plain.wasm',
}

let loaded: CompiledModule | undefined
let shared: object | undefined
let reason = ''
let narrowReason = ''

/**
 * Compiles the fastest build that this engine accepts, once. Node 20 needs a flag for relaxed SIMD, which is set here so that nobody
 * has to; later versions have it on.
 *
 * @returns undefined when no build can be compiled; `compiledFailure()` then says why.
 */
export function loadCompiledModule(): CompiledModule | undefined {
  if (loaded || reason) return loaded
  // Where the feature is on, engines no longer know the flag, and complain on standard error.
  if (!relaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd')
  const reasons: string[] = []
  for (const variant of Object.keys(files) as CompiledVariant[]) {
    if (variant === 'wide-simd') {
      narrowReason = reasonAgainstWide()
      if (narrowReason) continue
    }
    try {
      const module = compile(variant, readFileSync(new URL(files[variant], buildFolder)))
      if (variant === 'wide-simd' && !runsWide(module)) {
        narrowReason = 'the engine or the processor has no vectors of 256 bits'
        continue
      }
      loaded = { variant, module }
      return loaded
    } catch (error) {
      const failure = `${files[variant]}: ${(error as Error).message}`
      reasons.push(failure)
      if (variant === 'wide-simd') narrowReason = failure
    }
  }
  reason = reasons.join('; ')
  return undefined
}

function compile(variant: CompiledVariant, bytes: Uint8Array): object {
  return variant === 'wide-simd' ? compileWide(bytes) : new Module(bytes)
}

/** The same build for a memory that threads share. */
export function loadSharedModule(): object | undefined {
  const variant = compiledVariant()
  if (variant) shared ??= compile(variant, shareMemory(readFileSync(new URL(files[variant], buildFolder))))
  return shared
}

/** The build in use, or undefined when the composed kernels serve alone. */
export function compiledVariant(): CompiledVariant | undefined {
  return loadCompiledModule()?.variant
}

/** Why no compiled kernels are in use; empty when they are. */
export function compiledFailure(): string {
  loadCompiledModule()
  return reason
}

/** Why vectors have 128 bits; empty when they have 256. */
export function reasonForNarrow(): string {
  loadCompiledModule()
  return narrowReason
}
