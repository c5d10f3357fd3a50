import {
  backend,
  concat,
  getBackend,
  mul,
  type Rank,
  reshape,
  split,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core'
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
  let flat = tidy(() => concat(parts.filter(part => part.tensors.length > 0).map(scaled)))
  try {
    if (getBackend() === 'wasm' && !waits) await comm.allreduce((backend() as unknown as WasmBackend).typedArrayFromHeap(flat))
    else {
      const values = Float32Array.from(await flat.data())
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

/** By a kernel: a loop of ours takes as long as the ranks' sum. */
function scaled({ tensors, share }: Part): Tensor1D {
  const flat = concat(tensors.map(tensor => reshape<Rank.R1>(tensor, [tensor.size])))
  return share === 0 ? zerosLike(flat) : mul(flat, share)
}
