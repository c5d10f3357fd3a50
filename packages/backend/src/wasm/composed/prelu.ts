import { backend_util, Prelu, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel, view } from '../kernels.js'
import { tile } from './tile.js'

type Inputs = { x: TensorInfo; alpha: TensorInfo }

/** `x`, times `alpha` where it is negative. The stock kernel repeats the slopes from end to end, which is right only where `alpha` has the
 * last axes of `x` in full: not for slopes shared by an axis behind them. */
export function prelu({ inputs, backend }: KernelArgs<Inputs>): TensorInfo {
  const { x, alpha } = inputs
  util.assert(
    util.arraysEqual(backend_util.assertAndGetBroadcastShape(x.shape, alpha.shape), x.shape),
    () => `Error in prelu: alpha of shape ${alpha.shape} cannot be broadcast to x of shape ${x.shape}.`,
  )
  const own = alpha.shape.slice(alpha.shape.findIndex(size => size !== 1))
  if (util.sizeFromShape(alpha.shape) === 1 || util.arraysEqual(own, x.shape.slice(-own.length))) {
    return stockKernel(backend, Prelu, { x, alpha })
  }
  const shape = [...new Array<number>(x.shape.length - alpha.shape.length).fill(1), ...alpha.shape]
  const reps = x.shape.map((size, axis) => size / shape[axis]!)
  const slopes = tile({ inputs: { x: view(alpha, shape) }, attrs: { reps }, backend })
  const y = stockKernel(backend, Prelu, { x, alpha: slopes })
  backend.disposeData(slopes.dataId)
  return y
}

export const preluKernel = trainingKernel(Prelu, 'composed', prelu)
