import { plainError } from '@onecycle/platform'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Pool, startPool } from '../threads/pool.js'
import type { Address, Call, Functions } from './functions.js'
import { installGradients } from './gradients.js'
import { loadCompiledModule, loadSharedModule, prepareModule } from './module.js'

/** The compiled kernels, living in one backend's memory. */
export interface Machine {
  readonly run: Functions
  /** How many threads there are for the calls of `parallel`. */
  readonly threads: number
  /** Carries out calls that do not depend on each other, as many at a time as there are threads. */
  parallel(calls: readonly Call[]): void
  /** Where a tensor's data lies. Valid until it is disposed; memory that grows does not move it. */
  address(tensor: TensorInfo): Address
  /** At least this many bytes, aligned to a cache line; the same region each time, so valid only until the next call. */
  scratch(bytes: number): Address
  /** Several such regions at once, in place of the one. */
  regions<Sizes extends readonly number[]>(...bytes: Sizes): { -readonly [Index in keyof Sizes]: Address }
  /** Lays up to 64 integers down for a kernel to read; valid until the next call for the same part of the work. */
  integers(values: readonly number[], part?: number): Address
}

/** What Emscripten gives the backend, beyond its declared type. The buffer changes when the memory grows. */
interface Heap {
  readonly asm?: { readonly memory?: unknown }
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

const OWN_BYTES = 1024
const INTEGER_BYTES = 256
const LINE = 64

const machines = new WeakMap<BackendWasm, Machine | null>()

/** The compiled kernels for this backend, or null when they cannot live in its memory (the threaded build keeps its to itself). */
export function machineFor(backend: BackendWasm): Machine | null {
  let machine = machines.get(backend)
  if (machine === undefined) {
    const memory = memoryOf(backend)
    const module = loadCompiledModule()?.module
    machine = memory && module ? createMachine(backend, new WebAssembly.Instance(module, { env: { memory } })) : null
    machines.set(backend, machine)
  }
  installGradients()
  return machine
}

/** How many threads a backend has for its kernels. */
export function threadsOf(backend: BackendWasm): number {
  return machines.get(backend)?.threads ?? 1
}

/**
 * Gives a backend that has run no kernel yet the compiled ones, in the background. Several threads need shared memory; they end when the
 * backend is disposed.
 */
export async function equip(backend: BackendWasm, threads: number): Promise<void> {
  const memory = memoryOf(backend)!
  const module = threads > 1 ? await loadSharedModule() : (await prepareModule()).module
  const instance = await WebAssembly.instantiate(module, { env: { memory } })
  if (threads === 1) {
    machines.set(backend, createMachine(backend, instance))
    return
  }
  const pool = await startPool(module, memory, threads)
  machines.set(backend, createMachine(backend, instance, pool))
  const dispose = backend.dispose
  backend.dispose = () => {
    pool.stop()
    dispose.call(backend)
  }
}

function memoryOf(backend: BackendWasm): WebAssembly.Memory | undefined {
  const memory = (backend.wasm as unknown as Heap).asm?.memory
  return memory instanceof WebAssembly.Memory ? memory : undefined
}

function createMachine(backend: BackendWasm, { exports }: WebAssembly.Instance, pool?: Pool): Machine {
  const wasm = backend.wasm as unknown as Heap
  const run = exports as unknown as Functions
  const threads = pool?.threads ?? 1

  const allocate = (bytes: number) => wasm._malloc(bytes + LINE) >>> 0
  const aligned = (address: Address) => Math.ceil(address / LINE) * LINE
  const own = aligned(allocate((OWN_BYTES + INTEGER_BYTES) * threads))
  const tile = (thread: number) => own + (OWN_BYTES + INTEGER_BYTES) * thread
  const call = ([name, ...args]: Call) => (run[name] as (...args: number[]) => void)(...args)
  const parallel = (calls: readonly Call[]) => {
    if (threads === 1) {
      for (const each of calls) call(each)
      return
    }
    for (let i = 0; i < calls.length; i += threads) {
      const others = calls.slice(i + 1, i + threads)
      if (others.length === 0) call(calls[i]!)
      else pool!.run(others, () => call(calls[i]!))
    }
  }
  parallel(Array.from({ length: threads }, (_, thread) => ['setMemory', tile(thread)]))

  // A view of each call's own would cost more than what is written through it.
  let heap = new Int32Array(wasm.HEAPU8.buffer)
  let region = 0
  let regionBytes = 0
  const scratch = (...sizes: readonly number[]) => {
    // The kernels' own arithmetic has 32 bits: more than half of them is a negative number.
    if (!sizes.every(size => size >= 0))
      throw plainError('wasm-memory', 'A kernel needs more than 2 GiB of scratch memory: use a smaller batch.')
    const bytes = sizes.length === 1 ? sizes[0]! : sizes.reduce((sum, size) => sum + aligned(size), 0)
    if (bytes > regionBytes) {
      wasm._free(region)
      // There is none while there may not be enough.
      region = regionBytes = 0
      region = allocate(Math.ceil(bytes * 1.25))
      regionBytes = Math.ceil(bytes * 1.25)
    }
    return aligned(region)
  }
  return {
    run,
    threads,
    parallel,
    address: tensor => backend.getMemoryOffset(tensor.dataId as object),
    scratch,
    regions: (...bytes) => {
      let next = scratch(...bytes)
      return bytes.map(size => {
        const start = next
        next += aligned(size)
        return start
      }) as { -readonly [Index in keyof typeof bytes]: Address }
    },
    integers(values, part = 0) {
      if (heap.buffer !== wasm.HEAPU8.buffer) heap = new Int32Array(wasm.HEAPU8.buffer)
      const address = tile(part) + OWN_BYTES
      for (let i = 0; i < values.length; i++) heap[address / 4 + i] = values[i]!
      return address
    },
  }
}
