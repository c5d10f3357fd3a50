import { backend, concat, getBackend, reshape, split, type Tensor, type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core'
import type { Communicator } from './communicator.js'

/** What is used of TensorFlow.js's wasm backend. */
interface WasmBackend {
  typedArrayFromHeap(tensor: Tensor): Float32Array
}

/** Tensors, and what this rank's are multiplied with before all are added up; where it is 0 they may hold anything. */
export interface Part {
  readonly tensors: readonly Tensor[]
  readonly share: number
}

/**
 * The sums of tensors over all ranks, each by its share, which are the caller's. They cross as one: on wasm in its own memory, elsewhere in a
 * copy.
 *
 * @param waits whether the communicator answers with promises: meanwhile the memory of wasm may lie elsewhere
 */
export async function averaged(comm: Communicator, parts: readonly Part[], waits: boolean): Promise<Tensor[]> {
  const tensors = parts.flatMap(part => part.tensors)
  let flat = tidy(() => concat(tensors.map(tensor => reshape(tensor, [tensor.size])))) as Tensor1D
  try {
    if (getBackend() === 'wasm' && !waits) {
      const values = (backend() as unknown as WasmBackend).typedArrayFromHeap(flat)
      scale(values, parts)
      await comm.allreduce(values)
    } else {
      const values = Float32Array.from(await flat.data())
      scale(values, parts)
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

function scale(values: Float32Array, parts: readonly Part[]): void {
  let at = 0
  for (const { tensors, share } of parts) {
    const end = tensors.reduce((sum, { size }) => sum + size, at)
    if (share === 0) values.fill(0, at, end)
    else for (let i = at; i < end; i++) values[i]! *= share
    at = end
  }
}
