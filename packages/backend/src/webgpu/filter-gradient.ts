import {
  backend_util,
  Conv2DBackpropFilter,
  type Conv2DBackpropFilterAttrs,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { filterProduct } from './filter-product.js'
import type { WebGPUBackend } from './stock-backend.js'

let ours: KernelConfig | undefined

/**
 * The gradient of a convolution by its filter, as a product of matrices: the transposed patches by the gradient of the output. Stock,
 * one thread adds up each number of the filter over all pixels of the batch, and most of the device stands idle.
 */
export function quickenFilterGradient(): void {
  const stock = getKernel(Conv2DBackpropFilter, 'webgpu')
  if (!stock || stock === ours) return
  ours = { ...stock, kernelFunc: filterGradient(stock.kernelFunc) }
  unregisterKernel(Conv2DBackpropFilter, 'webgpu')
  registerKernel(ours)
}

function filterGradient(stock: KernelFunc): KernelFunc {
  return args => {
    const { x, dy } = args.inputs as unknown as { x: TensorInfo; dy: TensorInfo }
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = args.attrs as unknown as Conv2DBackpropFilterAttrs
    if (dataFormat !== 'NHWC') return stock(args)
    const g = backend_util.computeConv2DInfo(x.shape as Shape4, filterShape, strides, 1, pad, dimRoundingMode)
    const { weights } = filterProduct(args.backend as WebGPUBackend, g, { x, dy }, false)
    return { ...weights, shape: [...filterShape] }
  }
}

type Shape4 = [number, number, number, number]
