import { _FusedMatMul, backend_util, FusedConv2D, getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core'
import { layerKernelNames } from '../../wasm/compiled/kernel-names.js'
import type { LayerGradientAttrs as LayerAttrs } from '../../wasm/compiled/layer-gradient.js'
import { filterProduct, type Geometry } from '../filter-product.js'
import { type Inputs, kernel } from '../gpu.js'
import type { WebGPUBackend } from '../stock-backend.js'

interface ConvolutionAttrs extends LayerAttrs {
  readonly strides: [number, number]
  readonly pad: 'same' | 'valid'
  readonly filterShape: [number, number, number, number]
}

/** Runs a kernel of TensorFlow.js's own, or what stands in its place. */
function stock(backend: WebGPUBackend, kernelName: string, inputs: object, attrs: object): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'webgpu')!
  return kernelFunc({ inputs, attrs, backend } as never) as TensorInfo
}

/** A linear activation is none: it would be one more function in the program. */
const nameOf = ({ activation }: LayerAttrs) => (activation === 'relu' ? 'relu' : null)

function gradients(backend: WebGPUBackend, g: Geometry, { dy, x, y }: Inputs, attrs: LayerAttrs, shape: number[]): TensorInfo[] {
  const given = { x: x!, dy: dy!, y: attrs.activation === 'relu' ? y : undefined }
  const { weights, bias, inner } = filterProduct(backend, g, given, attrs.useBias)
  return [{ ...weights, shape }, bias, inner].filter(each => each !== undefined)
}

/** A dense layer, as a convolution of images of one pixel. */
function pixels(x: TensorInfo, units: number): Geometry {
  const [batchSize, inChannels] = x.shape as [number, number]
  const one = {
    inHeight: 1,
    inWidth: 1,
    outHeight: 1,
    outWidth: 1,
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
  }
  return { ...one, batchSize, inChannels, outChannels: units, padInfo: { top: 0, left: 0 } }
}

export const layerKernels: readonly KernelConfig[] = [
  kernel<LayerAttrs>(layerKernelNames.dense, (backend, { x, kernel, bias }, attrs) => {
    const given = { transposeA: false, transposeB: false, activation: nameOf(attrs) }
    return stock(backend, _FusedMatMul, { a: x, b: kernel, bias }, given)
  }),
  kernel<LayerAttrs>(layerKernelNames.denseGradient, (backend, inputs, attrs) => {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo }
    const units = dy.shape[1]!
    return gradients(backend, pixels(x, units), inputs, attrs, [x.shape[1]!, units])
  }),
  kernel<ConvolutionAttrs>(layerKernelNames.conv2D, (backend, { x, filter, bias }, { strides, pad, ...attrs }) => {
    const given = { strides, pad, dataFormat: 'NHWC', dilations: [1, 1], activation: nameOf(attrs) }
    return stock(backend, FusedConv2D, { x, filter, bias }, given)
  }),
  kernel<ConvolutionAttrs>(layerKernelNames.conv2DGradient, (backend, inputs, attrs) => {
    const { strides, pad, filterShape } = attrs
    const g = backend_util.computeConv2DInfo(inputs['x']!.shape as [number, number, number, number], filterShape, strides, 1, pad)
    return gradients(backend, g, inputs, attrs, [...filterShape])
  }),
]
