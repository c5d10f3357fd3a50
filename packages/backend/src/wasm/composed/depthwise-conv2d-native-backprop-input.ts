import { DepthwiseConv2dNativeBackpropInput, Sum, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel, view } from '../kernels.js'
import { type ConvolutionAttrs, geometry } from './geometry.js'
import { inputGradient } from './input-gradient.js'

type Inputs = { dy: TensorInfo; filter: TensorInfo }
type Attrs = ConvolutionAttrs & { inputShape: number[] }

/**
 * Gradient of a depthwise convolution with respect to its input. Each of the `multiplier` outputs of a channel is first treated
 * as a channel of its own; their gradients are then summed.
 */
export function depthwiseConv2dNativeBackpropInput({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { dy, filter } = inputs
  const g = geometry(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filter.shape, attrs, true)
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number]
  const dx = inputGradient(backend, dy, view(filter, [height, width, channels * multiplier, 1]), g, true)
  if (multiplier === 1) return dx
  const separate = view(dx, [g.batchSize, g.inHeight, g.inWidth, channels, multiplier])
  const summed = stockKernel(backend, Sum, { x: separate }, { axis: [4], keepDims: false })
  backend.disposeData(dx.dataId)
  return summed
}

export const depthwiseConv2dNativeBackpropInputKernel = trainingKernel(
  DepthwiseConv2dNativeBackpropInput,
  'composed',
  depthwiseConv2dNativeBackpropInput,
)
