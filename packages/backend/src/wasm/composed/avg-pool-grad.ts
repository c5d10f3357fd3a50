import { AvgPoolGrad, backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'

type Inputs = { dy: TensorInfo; input: TensorInfo }
type PoolInfoArgs = Parameters<typeof backend_util.computePool2DInfo>
type Attrs = {
  filterSize: PoolInfoArgs[1]
  strides: PoolInfoArgs[2]
  pad: PoolInfoArgs[4]
}

/**
 * Gradient of average pooling. A window at the edge averages only what lies within the image, and so does this; TensorFlow.js's cpu and
 * wasm kernels divide by the whole window, so their gradient is too small there.
 */
export function avgPoolGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { dy, input } = inputs
  const g = backend_util.computePool2DInfo(input.shape as PoolInfoArgs[0], attrs.filterSize, attrs.strides, 1, attrs.pad)
  const dx = backend.makeOutput(input.shape, 'float32')
  const [target, grads] = numbersOf(backend, dx, dy)
  target.fill(0)
  // The attributes say nothing of how sizes were rounded; dy's shape does.
  const [images, rows, columns, channels] = dy.shape as PoolInfoArgs[0]
  let from = 0
  for (let n = 0; n < images; n++) {
    for (let row = 0; row < rows; row++) {
      const top = row * g.strideHeight - g.padInfo.top
      const [y0, y1] = [Math.max(0, top), Math.min(top + g.filterHeight, g.inHeight)]
      for (let column = 0; column < columns; column++, from += channels) {
        const left = column * g.strideWidth - g.padInfo.left
        const [x0, x1] = [Math.max(0, left), Math.min(left + g.filterWidth, g.inWidth)]
        const share = 1 / ((y1 - y0) * (x1 - x0))
        for (let y = y0; y < y1; y++) {
          for (let x = x0; x < x1; x++) {
            const to = ((n * g.inHeight + y) * g.inWidth + x) * channels
            for (let c = 0; c < channels; c++) target[to + c]! += share * grads[from + c]!
          }
        }
      }
    }
  }
  return dx
}

export const avgPoolGradKernel = trainingKernel(AvgPoolGrad, 'composed', avgPoolGrad)
