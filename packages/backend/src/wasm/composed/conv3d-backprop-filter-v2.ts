import { Conv3DBackpropFilterV2, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, trainingKernel } from '../kernels.js'
import { conv2DBackpropFilter } from './conv2d-backprop-filter.js'
import { asConvolutionsOfPlanes, type Convolution3DAttrs, takePlanes } from './planes.js'

type Inputs = { x: TensorInfo; dy: TensorInfo }
type Attrs = Convolution3DAttrs & { filterShape: number[] }

/** Gradient of a 3D convolution with respect to its filter. The stock kernel's is wrong for strides above 1. */
export function conv3DBackpropFilterV2({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { x, dy } = inputs
  const filterShape = attrs.filterShape.slice(1)
  const planes = asConvolutionsOfPlanes(x.shape, attrs.filterShape, attrs)
  const filterGrad = backend.makeOutput(attrs.filterShape, 'float32')
  backend.typedArrayFromHeap(filterGrad).fill(0)
  for (const { tap, input, output } of planes.taps) {
    const images = { x: takePlanes(backend, x, input), dy: takePlanes(backend, dy, output) }
    const tapGrad = conv2DBackpropFilter({ inputs: images, attrs: { ...planes.attrs, filterShape }, backend })
    const values = backend.typedArrayFromHeap(tapGrad)
    backend.typedArrayFromHeap(filterGrad).set(values, tap * values.length)
    for (const { dataId } of [images.x, images.dy, tapGrad]) backend.disposeData(dataId)
  }
  return filterGrad
}

export const conv3DBackpropFilterV2Kernel = trainingKernel(Conv3DBackpropFilterV2, 'composed', conv3DBackpropFilterV2)
