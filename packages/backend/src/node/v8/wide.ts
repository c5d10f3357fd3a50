import { setFlagsFromString } from 'node:v8'
import { isMainThread } from 'node:worker_threads'
import { rangeError } from '@onecycle/platform'
import type { Functions } from '../../wasm/compiled/functions.js'

/**
 * WebAssembly's vectors have 128 bits. V8 can carry out two neighbouring operations as one of 256 bits, where it is told to and where
 * kernels are written for it (`assembly/wide-tile.ts`): matrix products then take little more than half the time.
 *
 * It is an experiment of V8's, so it is not asked for anywhere but in the versions that all tests of the kernels have passed in, those of
 * Node 24 to 26, and not in any other module: the flags are set while this one is being compiled, whole and to the end.
 */
const TESTED = { from: 13.6, to: 14.6 }

const whileCompiling = [
  '--experimental-wasm-revectorize',
  // Whole and to the end: not when a function is first called, or called often, when the flags are no longer set.
  '--no-wasm-lazy-compilation',
  '--no-liftoff',
  // Inlining goes by what the first compiler has counted, which has not run; V8 of Node 26 ends the process over that.
  '--no-wasm-inlining',
]
const afterwards = ['--no-experimental-wasm-revectorize', '--wasm-lazy-compilation', '--liftoff', '--wasm-inlining']

/**
 * Why vectors are left at 128 bits; empty where the engine can be asked for more. `ONECYCLE_SIMD=128` is such a reason, as is `plain`, and
 * `ONECYCLE_SIMD=256` lets an engine through that is newer than the tested ones.
 */
export function reasonAgainstWide({ arch, versions, execArgv, env } = process, mainThread = isMainThread): string {
  const { ONECYCLE_SIMD: asked = '' } = env
  if (!['', 'plain', '128', '256'].includes(asked))
    throw rangeError('environment-variable', `Expected ONECYCLE_SIMD to be plain, or 128 or 256 (bits), got '${asked}'.`)
  if (asked === 'plain' || asked === '128') return `ONECYCLE_SIMD=${asked}`
  if (arch !== 'x64') return `the processor is of kind ${arch}, not x64`
  const own = [...execArgv, ...(env['NODE_OPTIONS'] ?? '').split(' ')].find(flag => /^--[\w-]*(wasm|liftoff|jitless)/.test(flag))
  if (own) return `the engine's own flags are left as they were given (${own})`
  // Flags are the process's: one thread would take them back while another compiles, which can end the process.
  if (!mainThread) return "flags are set by a program's main thread alone"
  const version = Number.parseFloat(versions.v8 ?? '')
  if (!(version >= TESTED.from)) return `Node 24 and later have them, this is Node ${versions.node}`
  if (version > TESTED.to && !asked) return `not tested with V8 ${version}, the engine of Node ${versions.node}`
  return ''
}

/** Compiles a module for vectors of 256 bits. */
export function compileWide(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  for (const flag of whileCompiling) setFlagsFromString(flag)
  try {
    return new WebAssembly.Module(bytes)
  } finally {
    for (const flag of afterwards) setFlagsFromString(flag)
  }
}

/**
 * Whether the wide tile is in fact faster than the narrow one: it is half again as fast with registers of 256 bits, and slower on a processor
 * without them. Takes a millisecond. A wrong answer costs time, and never changes a bit of a result.
 */
export function runsWide(module: WebAssembly.Module): boolean {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions
  run.setMemory(64)
  const [m, k] = [96, 384]
  const [a, b, out, scratch] = [1024, 1024 + 4 * m * k, 262_144, 524_288]
  const multiply = (n: number) => run.gemm(a, 0, 4 * k, b, 0, 4 * n, out, 4 * n, m, n, k, 0, 0, scratch)
  const best = { 8: Number.POSITIVE_INFINITY, 16: Number.POSITIVE_INFINITY }
  for (let round = 0; round < 20; round++) {
    for (const n of [8, 16] as const) {
      const began = performance.now()
      multiply(n)
      best[n] = Math.min(best[n], performance.now() - began)
    }
  }
  return best[16] < 2 * best[8]
}
