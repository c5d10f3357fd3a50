import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { relaxedSimd } from '../features.js'
import { shareMemory } from '../threads/share-memory.js'
import { Module } from './web-assembly.js'

/** Which build of the kernels runs: with fused multiply-add (relaxed SIMD), or with plain 128-bit SIMD. */
export type CompiledVariant = 'relaxed-simd' | 'simd'

export interface CompiledModule {
  readonly variant: CompiledVariant
  readonly module: object
}

/** Where the builds lie. Sources and build sit equally deep in the package, so this address holds from both. */
export const buildFolder = new URL('../../../dist/wasm/', import.meta.url)

const files: Record<CompiledVariant, string> = { 'relaxed-simd': 'relaxed.wasm', simd: 'plain.wasm' }

let loaded: CompiledModule | undefined
let shared: object | undefined
let reason = ''

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
  for (const variant of ['relaxed-simd', 'simd'] as const) {
    try {
      const bytes = readFileSync(new URL(files[variant], buildFolder))
      loaded = { variant, module: new Module(bytes) }
      return loaded
    } catch (error) {
      reasons.push(`${files[variant]}: ${(error as Error).message}`)
    }
  }
  reason = reasons.join('; ')
  return undefined
}

/** The same build for a memory that threads share. */
export function loadSharedModule(): object | undefined {
  const variant = compiledVariant()
  if (variant) shared ??= new Module(shareMemory(readFileSync(new URL(files[variant], buildFolder))))
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
