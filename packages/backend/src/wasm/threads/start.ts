import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { engine } from '@tensorflow/tfjs-core'
import { startRegistered, stopRegistered } from '../../candidate.js'
import { startThreads, threadsOf } from '../compiled/machine.js'
import { compiledFailure, compiledVariant } from '../compiled/module.js'
import { shareMemory } from './share-memory.js'

const running = () => engine().registry['wasm'] as BackendWasm | undefined

const count = (threads: number) => (threads === 1 ? '1 thread' : `${threads} threads`)

/** How many threads the wasm backend runs on; 1 when it has not started. */
export function threadsInUse(): number {
  const backend = running()
  return backend ? threadsOf(backend) : 1
}

/**
 * Starts the wasm backend with so many threads, the program's own included. One that runs already with another number is started
 * anew as long as it holds no tensors: memory is shared from its beginning or never.
 *
 * @param threads undefined: as it runs already, or else one
 */
export async function startWasm(threads?: number): Promise<void> {
  const [backend, present] = [running(), threadsInUse()]
  const wanted = threads ?? present
  if (backend && wanted !== present) {
    if (backend.numDataIds() > 0) {
      const [now, asked] = [count(present), count(wanted)]
      throw new Error(`it runs on ${now} already and holds tensors. Ask for ${asked} before the program makes its first tensor.`)
    }
    stopRegistered('wasm')
  }
  if (wanted === 1 || wanted === present) {
    await startRegistered('wasm')
    return
  }
  if (!compiledVariant())
    throw new Error(`only compiled kernels run on several threads, and there are none: ${compiledFailure()}`)
  const started = await withSharedMemory(() => startRegistered('wasm'))
  await startThreads(started as BackendWasm, wanted)
}

/**
 * Lets the backend start in memory that threads share: hands TensorFlow.js its own binary with that one mark changed, as a data:
 * address, so that no file is written.
 */
async function withSharedMemory<Result>(start: () => Promise<Result>): Promise<Result> {
  const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
  const simd = join(folder, 'tfjs-backend-wasm-simd.wasm')
  const paths = {
    'tfjs-backend-wasm.wasm': join(folder, 'tfjs-backend-wasm.wasm'),
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': join(folder, 'tfjs-backend-wasm-threaded-simd.wasm'),
  }
  const shared = Buffer.from(shareMemory(readFileSync(simd))).toString('base64')
  setWasmPaths({ ...paths, 'tfjs-backend-wasm-simd.wasm': `data:application/wasm;base64,${shared}` }, true)
  try {
    return await start()
  } finally {
    setWasmPaths(paths)
  }
}
