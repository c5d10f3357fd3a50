import { Cast, type DataType, Select, type TensorInfo, upcastType } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'

type Inputs = { condition: TensorInfo; t: TensorInfo; e: TensorInfo }

/** `t` where the condition holds, else `e`, as `tf.where` is. The stock kernel reads the one as if it had the dtype of the other, and
 * takes booleans for numbers of four bytes, which go beyond their memory. */
export function select({ inputs, backend }: KernelArgs<Inputs, unknown>): TensorInfo {
  const { condition, t, e } = inputs
  const made: TensorInfo[] = []
  const cast = (x: TensorInfo, dtype: DataType) => {
    if (x.dtype === dtype) return x
    made.push(stockKernel(backend, Cast, { x }, { dtype }))
    return made.at(-1)!
  }
  const dtype = upcastType(t.dtype, e.dtype)
  const wide = dtype === 'bool' ? 'int32' : dtype
  const chosen = stockKernel(backend, Select, { condition, t: cast(t, wide), e: cast(e, wide) })
  const result = cast(chosen, dtype)
  for (const { dataId } of result === chosen ? made : [...made.slice(0, -1), chosen]) backend.disposeData(dataId)
  return result
}

export const selectKernel = trainingKernel(Select, 'composed', select)
