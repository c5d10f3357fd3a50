import { Conv3DBackpropInputV2, Slice, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel, view } from '../kernels.js'
import { conv2DBackpropInput } from './conv2d-backprop-input.js'
import { addPlanes, asConvolutionsOfPlanes, type Convolution3DAttrs, imagesShape, takePlanes } from './planes.js'

type Inputs = { dy: TensorInfo; filter: TensorInfo }
type Attrs = Convolution3DAttrs & { inputShape: number[] }

/** Gradient of a 3D convolution with respect to its input, which is also the transposed 3D convolution. The stock kernel's is wrong in
 * nearly every case, and may hold what lies beyond `dy` in memory. */
export function conv3DBackpropInputV2({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo {
  const { dy, filter } = inputs
  const planes = asConvolutionsOfPlanes(attrs.inputShape, filter.shape, attrs)
  const filterShape = filter.shape.slice(1)
  const dx = backend.makeOutput(attrs.inputShape, 'float32')
  backend.typedArrayFromHeap(dx).fill(0)
  for (const { tap, input, output } of planes.taps) {
    const images = takePlanes(backend, dy, output)
    const slice = { begin: [tap, 0, 0, 0, 0], size: [1, ...filterShape] }
    const tapFilter = view(stockKernel(backend, Slice, { x: filter }, slice), filterShape)
    const inputShape = imagesShape(attrs.inputShape, input)
    const tapGrad = conv2DBackpropInput({
      inputs: { dy: images, filter: tapFilter },
      attrs: { ...planes.attrs, inputShape },
      backend,
    })
    addPlanes(backend, dx, input, tapGrad)
    for (const { dataId } of [images, tapFilter, tapGrad]) backend.disposeData(dataId)
  }
  return dx
}

export const conv3DBackpropInputV2Kernel = trainingKernel(Conv3DBackpropInputV2, 'composed', conv3DBackpropInputV2)
