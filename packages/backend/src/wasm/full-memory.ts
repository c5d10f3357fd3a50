import { plainError } from '@onecycle/platform'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { engine, registerKernel, type TensorInfo } from '@tensorflow/tfjs-core'
import { refuseShapesBelowZero } from './shapes-below-zero.js'

/** What Emscripten gives the backend, beyond its declared type. */
interface Heap {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
}

/**
 * Has the wasm backend refuse what its memory cannot hold, shapes below zero among it. When memory is full TensorFlow.js 4.22 goes on with address
 * 0: tensors lie on one another, the next kernel stops with `memory access out of bounds`, and so does every other from then on.
 */
export function refuseWhenFull(): void {
  const running = engine().registry['wasm'] as BackendWasm | undefined
  if (running) watch(running)
  // A kernel's set-up is the moment at which tfjs says that the backend has started; nothing ever runs this one.
  registerKernel({
    kernelName: 'onecycle: memory',
    backendName: 'wasm',
    setupFunc: backend => watch(backend as BackendWasm),
    kernelFunc: (): TensorInfo => {
      throw plainError('internal', 'This kernel only marks the start of the backend.')
    },
  })
}

function watch(backend: BackendWasm): void {
  refuseShapesBelowZero(backend)
  const wasm = backend.wasm as unknown as Heap
  // Its first call has Emscripten put the real function in its place.
  wasm._free(wasm._malloc(1))
  const allocate = wasm._malloc
  /** Emscripten's allocator adds without looking at the carry: near the end of all addresses it takes a small gap for a large one. */
  const tooSmall = (address: number, bytes: number) => (address >>> 0) + bytes > wasm.HEAPU8.length
  wasm._malloc = bytes => {
    const gaps: number[] = []
    // Of a size that has more than 32 bits it would take the remainder.
    let address = bytes < 2 ** 32 ? allocate(bytes) : 0
    for (; address !== 0 && tooSmall(address, bytes); address = allocate(bytes)) gaps.push(address)
    for (const gap of gaps) wasm._free(gap)
    if (address === 0 && bytes > 0) {
      const MiB = (bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)
      throw plainError(
        'wasm-memory',
        `The memory of the wasm backend is full: ${MiB} MiB more were asked for, and WebAssembly has 4 GiB in all. Use smaller ` +
          'batches or a smaller model, or dispose of tensors that are no longer needed.',
      )
    }
    return address
  }
}
