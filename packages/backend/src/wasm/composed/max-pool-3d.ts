import { MaxPool3D, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'
import { eachWindow, type Pool3DAttrs, pool3DInfo } from './windows-3d.js'

/** The largest value of each window. The stock kernel starts from the smallest positive float, so that no result is negative. */
export function maxPool3D({ inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, Pool3DAttrs>): TensorInfo {
  const { x } = inputs
  const g = pool3DInfo(x.shape, attrs)
  const out = backend.makeOutput(g.outShape, x.dtype)
  const [target, values] = numbersOf(backend, out, x)
  eachWindow(g, (output, voxels) => {
    for (let c = 0; c < g.inChannels; c++) {
      let largest = Number.NEGATIVE_INFINITY
      for (const voxel of voxels) if (values[voxel + c]! > largest) largest = values[voxel + c]!
      target[output + c] = largest
    }
  })
  return out
}

export const maxPool3DKernel = trainingKernel(MaxPool3D, 'composed', maxPool3D)
