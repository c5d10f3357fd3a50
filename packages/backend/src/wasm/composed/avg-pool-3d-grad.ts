import { AvgPool3DGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'
import { eachWindow, type Pool3DAttrs, pool3DInfo } from './windows-3d.js'

type Inputs = { dy: TensorInfo; input: TensorInfo }

/** Gradient of 3D average pooling, which averages only what lies within the image. TensorFlow.js's cpu and wasm kernels divide by the
 * whole window, as those of `avg-pool-grad.ts` do. */
export function avgPool3DGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Pool3DAttrs>): TensorInfo {
  const { dy, input } = inputs
  const g = pool3DInfo(input.shape, attrs)
  const dx = backend.makeOutput(input.shape, 'float32')
  const [target, grads] = numbersOf(backend, dx, dy)
  target.fill(0)
  eachWindow(g, (output, voxels) => {
    for (const voxel of voxels) {
      for (let c = 0; c < g.inChannels; c++) target[voxel + c]! += grads[output + c]! / voxels.length
    }
  })
  return dx
}

export const avgPool3DGradKernel = trainingKernel(AvgPool3DGrad, 'composed', avgPool3DGrad)
