import { backend_util, MaxPoolGrad, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, numbersOf, trainingKernel } from '../kernels.js'

type Inputs = { dy: TensorInfo; input: TensorInfo }
type PoolInfoArgs = Parameters<typeof backend_util.computePool2DInfo>
type Attrs = {
  filterSize: PoolInfoArgs[1]
  strides: PoolInfoArgs[2]
  pad: PoolInfoArgs[4]
}

/**
 * Gradient of max pooling: each output's gradient goes to the first of its window's largest inputs, as on the other backends.
 * The stock kernel starts its search from the smallest positive float, so it loses the gradient of every window without a positive
 * value, as there are behind a batch norm, and prefers the last of equal values. It also takes 3 times as long.
 */
export function maxPoolGrad({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { dy, input } = inputs
  const g = backend_util.computePool2DInfo(input.shape as PoolInfoArgs[0], attrs.filterSize, attrs.strides, 1, attrs.pad)
  const dx = backend.makeOutput(input.shape, 'float32')
  const [target, values, grads] = numbersOf(backend, dx, input, dy)
  target.fill(0)
  // The attributes say nothing of how sizes were rounded; dy's shape does.
  const [images, rows, columns, channels] = dy.shape as PoolInfoArgs[0]
  let at = 0
  for (let n = 0; n < images; n++) {
    for (let row = 0; row < rows; row++) {
      const top = row * g.strideHeight - g.padInfo.top
      const bottom = Math.min(top + g.filterHeight, g.inHeight)
      for (let column = 0; column < columns; column++) {
        const left = column * g.strideWidth - g.padInfo.left
        const right = Math.min(left + g.filterWidth, g.inWidth)
        for (let c = 0; c < channels; c++, at++) {
          let largest = Number.NEGATIVE_INFINITY
          let position = -1
          for (let y = Math.max(0, top); y < bottom; y++) {
            for (let x = Math.max(0, left); x < right; x++) {
              const candidate = ((n * g.inHeight + y) * g.inWidth + x) * channels + c
              if (values[candidate]! > largest) {
                largest = values[candidate]!
                position = candidate
              }
            }
          }
          if (position >= 0) target[position]! += grads[at]!
        }
      }
    }
  }
  return dx
}

export const maxPoolGradKernel = trainingKernel(MaxPoolGrad, 'composed', maxPoolGrad)
