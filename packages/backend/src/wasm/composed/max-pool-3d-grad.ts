import { MaxPool3DGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'
import { eachWindow, type Pool3DAttrs, pool3DInfo } from './windows-3d.js'

type Inputs = { dy: TensorInfo; input: TensorInfo }

/** Gradient of 3D max pooling: each output's gradient goes to the last of its window's largest inputs, as on the cpu backend. The stock
 * kernel loses the gradient of every window without a positive value. */
export function maxPool3DGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Pool3DAttrs>): TensorInfo {
  const { dy, input } = inputs
  const g = pool3DInfo(input.shape, attrs)
  const dx = backend.makeOutput(input.shape, 'float32')
  const [target, values, grads] = numbersOf(backend, dx, input, dy)
  target.fill(0)
  eachWindow(g, (output, voxels) => {
    for (let c = 0; c < g.inChannels; c++) {
      let largest = Number.NEGATIVE_INFINITY
      let position = -1
      for (const voxel of voxels) {
        if (values[voxel + c]! >= largest) {
          largest = values[voxel + c]!
          position = voxel + c
        }
      }
      if (position >= 0) target[position]! += grads[output + c]!
    }
  })
  return dx
}

export const maxPool3DGradKernel = trainingKernel(MaxPool3DGrad, 'composed', maxPool3DGrad)
