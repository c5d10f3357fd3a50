import { DepthwiseConv2dNativeBackpropFilter, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, trainingKernel } from '../kernels.js'
import { type ConvolutionAttrs, geometry } from './geometry.js'

type Inputs = { x: TensorInfo; dy: TensorInfo }
type Attrs = ConvolutionAttrs & { filterShape: number[] }

/**
 * Gradient of a depthwise convolution with respect to its filter: one loop over the backend's memory, summed in 64 bits,
 * because the backend's own kernels would need a slice, a product and a sum for each tap.
 */
export function depthwiseConv2dNativeBackpropFilter({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { x, dy } = inputs
  const g = geometry(DepthwiseConv2dNativeBackpropFilter, x.shape, attrs.filterShape, attrs, true)
  const { inChannels, outChannels } = g
  const multiplier = outChannels / inChannels
  const sums = new Float64Array(g.filterHeight * g.filterWidth * outChannels)
  const filterGrad = backend.makeOutput(attrs.filterShape, 'float32')
  const [xs, dys] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(dy)]

  for (let n = 0; n < g.batchSize; n++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let i = 0; i < g.filterHeight; i++) {
        const xRow = row * g.strideHeight + i - g.padInfo.top
        if (xRow < 0 || xRow >= g.inHeight) continue
        for (let column = 0; column < g.outWidth; column++) {
          const dyAt = ((n * g.outHeight + row) * g.outWidth + column) * outChannels
          for (let j = 0; j < g.filterWidth; j++) {
            const xColumn = column * g.strideWidth + j - g.padInfo.left
            if (xColumn < 0 || xColumn >= g.inWidth) continue
            const xAt = ((n * g.inHeight + xRow) * g.inWidth + xColumn) * inChannels
            const tap = (i * g.filterWidth + j) * outChannels
            for (let c = 0, o = 0; c < inChannels; c++) {
              const value = xs[xAt + c]!
              for (let m = 0; m < multiplier; m++, o++) sums[tap + o]! += value * dys[dyAt + o]!
            }
          }
        }
      }
    }
  }
  backend.typedArrayFromHeap(filterGrad).set(sums)
  return filterGrad
}

export const depthwiseConv2dNativeBackpropFilterKernel = trainingKernel(
  DepthwiseConv2dNativeBackpropFilter,
  'composed',
  depthwiseConv2dNativeBackpropFilter,
)
