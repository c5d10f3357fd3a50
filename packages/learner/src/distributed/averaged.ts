import { backend, concat, getBackend, reshape, split, type Tensor, type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core'
import type { Communicator } from './communicator.js'

/** What is used of TensorFlow.js's wasm backend. */
interface WasmBackend {
  typedArrayFromHeap(tensor: Tensor): Float32Array
}

/**
 * The means of tensors over all ranks, each by its share, which are the caller's. They cross as one: on wasm in its own memory, elsewhere in a
 * copy.
 *
 * @param share what this rank's count, of 1 that all do; where it is 0 they may hold anything
 * @param waits whether the communicator answers with promises: meanwhile the memory of wasm may lie elsewhere
 */
export async function averaged(comm: Communicator, tensors: readonly Tensor[], share: number, waits: boolean): Promise<Tensor[]> {
  let flat = tidy(() => concat(tensors.map(tensor => reshape(tensor, [tensor.size])))) as Tensor1D
  try {
    if (getBackend() === 'wasm' && !waits) {
      const values = (backend() as unknown as WasmBackend).typedArrayFromHeap(flat)
      scale(values, share)
      await comm.allreduce(values)
    } else {
      const values = Float32Array.from(await flat.data())
      scale(values, share)
      await comm.allreduce(values)
      flat.dispose()
      flat = tensor1d(values)
    }
    const sizes = tensors.map(({ size }) => size)
    return tidy(() => split(flat, sizes).map((part, i) => reshape(part, tensors[i]!.shape)))
  } finally {
    flat.dispose()
  }
}

function scale(values: Float32Array, share: number): void {
  if (share === 0) values.fill(0)
  else for (let i = 0; i < values.length; i++) values[i]! *= share
}
