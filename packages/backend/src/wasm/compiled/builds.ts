import type { WasmFile } from '../files.js'

/**
 * Which build of the kernels runs: with fused multiply-add (relaxed SIMD) and vectors that the engine makes 256 bits wide, with fused
 * multiply-add, or with plain 128-bit SIMD. The first two give the same bits, and so does the third wherever it runs.
 */
export type CompiledVariant = 'wide-simd' | 'relaxed-simd' | 'simd'

/** A build that was compiled. */
export interface Built {
  readonly variant: CompiledVariant
  readonly module: WebAssembly.Module
  /** Why vectors have 128 bits; empty when they have 256. */
  readonly narrow: string
}

/** The files of the builds, best first. */
export const files: Record<CompiledVariant, WasmFile> = {
  'wide-simd': 'wide.wasm',
  'relaxed-simd': 'relaxed.wasm',
  simd: 'plain.wasm',
}

export const noSimd = 'this engine has no SIMD for WebAssembly'
export const noRelaxedSimd = 'this engine has no relaxed SIMD for WebAssembly'
export const plainAsked = 'plain SIMD was asked for'
