import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { Cast, type DataType, type TensorInfo } from '@tensorflow/tfjs-core'
import { stockKernel } from '../kernels.js'

/** What `run` makes of the same numbers in float32, cast to `dtype`: for kernels that know floats alone. Integers are exact up to 2^24. */
export function inFloats(
  backend: BackendWasm,
  tensors: readonly TensorInfo[],
  dtype: DataType,
  run: (floats: TensorInfo[]) => TensorInfo,
): TensorInfo {
  const floats = tensors.map(x => stockKernel(backend, Cast, { x }, { dtype: 'float32' }))
  const made = run(floats)
  const result = stockKernel(backend, Cast, { x: made }, { dtype })
  for (const { dataId } of [...floats, made]) backend.disposeData(dataId)
  return result
}
