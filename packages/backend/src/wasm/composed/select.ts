import { Cast, Select, type TensorInfo, upcastType } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'

type Inputs = { condition: TensorInfo; t: TensorInfo; e: TensorInfo }

/** `t` where the condition holds, else `e`, as `tf.where` is. The stock kernel reads the one as if it had the dtype of the other. */
export function select({ inputs, backend }: KernelArgs<Inputs>): TensorInfo {
  const { condition, t, e } = inputs
  const dtype = upcastType(t.dtype, e.dtype)
  const [first, second] = [t, e].map(x => (x.dtype === dtype ? x : stockKernel(backend, Cast, { x }, { dtype })))
  const chosen = stockKernel(backend, Select, { condition, t: first!, e: second! })
  if (first !== t) backend.disposeData(first!.dataId)
  if (second !== e) backend.disposeData(second!.dataId)
  return chosen
}

export const selectKernel = trainingKernel(Select, 'composed', select)
