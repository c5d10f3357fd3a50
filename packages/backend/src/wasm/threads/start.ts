import { parallelism, plainError } from '@onecycle/platform'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { engine, env } from '@tensorflow/tfjs-core'
import { setWasmPaths } from '#backend/tfjs-wasm.js'
import { reasonForOneThread } from '#backend/workers.js'
import { type StartRequest, startRegistered, stopRegistered } from '../../candidate.js'
import { compiledKernels } from '../compiled/index.js'
import { equip, threadsOf } from '../compiled/machine.js'
import { askForBuild, isOtherBuild, prepareModule } from '../compiled/module.js'
import { simd as hasSimd } from '../features.js'
import { wasmBytes } from '../files.js'
import { registerTrainingKernels } from '../kernels.js'
import { shareMemory } from './share-memory.js'
import { fastestThreads } from './trial.js'

const running = () => engine().registry['wasm'] as BackendWasm | undefined

const count = (threads: number) => (threads === 1 ? '1 thread' : `${threads} threads`)

/** How many threads the next start is for, the program's own included. */
let threadsAsked = 1

/**
 * How many threads the wasm backend runs on; 1 when it has not started.
 *
 * @example
 * await useBackend({ prefer: 'wasm', threads: 2 })
 * console.log(threadsInUse())   // 2
 */
export function threadsInUse(): number {
  const backend = running()
  return backend ? threadsOf(backend) : 1
}

/**
 * Starts the wasm backend with so many threads, the program's own included, and the build of the kernels that is asked for. One that
 * runs already with others is started anew as long as it holds no tensors: memory is shared from its beginning or never.
 *
 * @param request what is undefined: as it runs already, or else one thread and the fastest build
 * @returns why it has one thread where more were asked for
 */
export async function startWasm({
  threads,
  simd,
}: {
  threads?: number | undefined
  simd?: StartRequest['simd']
} = {}): Promise<string | undefined> {
  const [backend, present] = [running(), threadsInUse()]
  const reason = threads !== undefined && threads > 1 ? reasonForOneThread() : undefined
  const wanted = reason ? 1 : (threads ?? present)
  if (backend && (wanted !== present || (simd && isOtherBuild(simd)))) {
    if (backend.numDataIds() > 0) {
      const [now, asked] = wanted === present ? ['another build', `SIMD '${simd}'`] : [count(present), count(wanted)]
      throw plainError(
        'threads-too-late',
        `it runs on ${now} already and holds tensors. Ask for ${asked} before the program makes its first tensor.`,
      )
    }
    stopRegistered('wasm')
  }
  if (simd) askForBuild(simd)
  threadsAsked = wanted
  await startRegistered('wasm')
  return reason
}

/** What a start for as many threads as are fastest came to. */
export interface TriedThreads {
  /** How many the gain is of: those in use, or where one is in use those of the tried ones that came nearest. */
  readonly tried: number
  /** How many times as fast as one thread they were. */
  readonly gain: number
}

/**
 * Starts the wasm backend with as many threads as a trial finds fastest, which may be one. One that runs and holds tensors stays as it is.
 *
 * @returns the reason why there can be no others than one; undefined where the backend stayed as it was
 */
export async function startFastest(simd?: StartRequest['simd']): Promise<TriedThreads | string | undefined> {
  const held = running()?.numDataIds() ?? 0
  const most = Math.min(parallelism(), MOST)
  const reason = most < 2 ? 'this machine runs one at a time' : reasonForOneThread()
  if (held > 0 || reason) {
    await startWasm({ threads: held > 0 ? undefined : 1, simd })
    return reason
  }
  await startWasm({ threads: most, simd })
  const { threads, tried, gain } = fastestThreads(running()!)
  await startWasm({ threads })
  return { tried, gain }
}

/** Loads what a start needs, ahead of it. */
export async function loadWasm(): Promise<void> {
  // Both are under way at once; of two that do not come the first is told.
  const binary = wasmBytes('tfjs-backend-wasm-simd.wasm')
  await prepareModule()
  await binary
}

/** Kernels of common networks have no work for more. */
const MOST = 8

let completed = false

/** Registers the compiled kernels, once. */
export function registerCompiledKernels(): void {
  if (!completed) registerTrainingKernels(compiledKernels)
  completed = true
}

/**
 * Has TensorFlow.js start its wasm backend with our kernels, whoever asks for it: `tf.setBackend('wasm')` waits for them. Its own binary
 * is handed over as bytes, for several threads with the one mark changed that makes memory shared.
 */
export function takeOverStart(): void {
  const entry = engine().registryFactory['wasm']!
  const make = entry.factory as () => Promise<BackendWasm>
  entry.factory = async () => {
    const threads = threadsAsked
    if (!hasSimd()) return withBinary(await wasmBytes('tfjs-backend-wasm.wasm'), make)
    await loadWasm()
    registerCompiledKernels()
    const bytes = await wasmBytes('tfjs-backend-wasm-simd.wasm')
    const backend = await withBinary(threads > 1 ? shareMemory(bytes) : bytes, make)
    await equip(backend, threads)
    return backend
  }
}

/** An address that only this module knows. */
const binary = 'onecycle:wasm'

async function withBinary<Result>(bytes: Uint8Array<ArrayBuffer>, make: () => Promise<Result>): Promise<Result> {
  const { platform } = env()
  const { fetch } = platform
  platform.fetch = (path, init) => (path === binary ? Promise.resolve(new Response(bytes)) : fetch.call(platform, path, init))
  // Its build for threads, which isolated pages would get, has none for our kernels.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths(
    {
      'tfjs-backend-wasm.wasm': binary,
      'tfjs-backend-wasm-simd.wasm': binary,
      'tfjs-backend-wasm-threaded-simd.wasm': binary,
    },
    true,
  )
  try {
    return await make()
  } finally {
    platform.fetch = fetch
  }
}
