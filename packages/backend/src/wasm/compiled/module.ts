import { build, buildNow, compile } from '#backend/builds.js'
import { reasonOf, type Simd } from '../../candidate.js'
import { wasmBytes } from '../files.js'
import { shareMemory } from '../threads/share-memory.js'
import { type Built, type CompiledVariant, files } from './builds.js'

export type { CompiledVariant }

let built: Built | undefined
let building: Promise<Built> | undefined
let shared: WebAssembly.Module | undefined
let failure: unknown
let asked: Simd | undefined

/**
 * The fastest build that this engine accepts, once it is compiled: in Node at once, in a page by `prepareModule`.
 *
 * @returns undefined when none is; `compiledFailure()` then says why.
 */
export function loadCompiledModule(): Built | undefined {
  if (built || failure) return built
  try {
    built = buildNow(asked)
  } catch (error) {
    failure = error
  }
  return built
}

/** Waits until there is one. @throws Error when there is none */
export async function prepareModule(): Promise<Built> {
  const present = loadCompiledModule()
  if (present) return present
  const wanted = asked
  building ??= build(wasmBytes, wanted)
  try {
    const made = await building
    if (wanted === asked) [built, failure] = [made, undefined]
  } catch (error) {
    // Another attempt may have better luck.
    if (wanted === asked) {
      failure = error
      throw error
    }
  } finally {
    if (wanted === asked) building = undefined
  }
  // Another build may have been asked for meanwhile.
  return built ?? prepareModule()
}

/** Whether another build is in use than one that is asked for. */
export function isOtherBuild(simd: Simd): boolean {
  return built !== undefined && built.variant !== (simd === 'plain' ? 'simd' : 'relaxed-simd')
}

/** Asks for a build from now on. */
export function askForBuild(simd: Simd): void {
  if (simd !== asked) building = failure = undefined
  asked = simd
  if (isOtherBuild(simd)) built = shared = undefined
}

/** The same build for a memory that threads share. @throws Error when there is none */
export async function loadSharedModule(): Promise<WebAssembly.Module> {
  const { variant } = await prepareModule()
  shared ??= await compile(variant, shareMemory(await wasmBytes(files[variant])))
  return shared
}

/**
 * The build in use, or undefined when the composed kernels serve alone.
 *
 * @example
 * await useBackend({ prefer: 'wasm' })
 * console.log(compiledVariant())   // 'relaxed-simd', say
 */
export function compiledVariant(): CompiledVariant | undefined {
  return loadCompiledModule()?.variant
}

/** Why no compiled kernels are in use; empty when they are. */
export function compiledFailure(): string {
  loadCompiledModule()
  return failure === undefined ? '' : reasonOf(failure)
}

/** Why vectors have 128 bits; empty when they have 256. */
export function reasonForNarrow(): string {
  return loadCompiledModule()?.narrow ?? compiledFailure()
}
