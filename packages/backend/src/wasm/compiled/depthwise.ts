import {
  backend_util,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedDepthwiseConv2D,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { depthwiseConv2dNativeBackpropFilter } from '../composed/depthwise-conv2d-native-backprop-filter.js'
import { depthwiseConv2dNativeBackpropInput } from '../composed/depthwise-conv2d-native-backprop-input.js'
import { type ConvolutionAttrs, geometry } from '../composed/geometry.js'
import type { KernelArgs } from '../kernels.js'
import { type ActivationAttrs, laterActivation, servesActivation, storedActivation } from './activation.js'
import { forwardShape } from './conv2d.js'
import { divideImages } from './images.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { sumOfParts } from './parts.js'

type Shape4 = [number, number, number, number]
type ForwardInputs = { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo; preluActivationWeights?: TensorInfo }

/** Reads the weights afresh each time, where the stock kernels keep a packed copy that a change in place leaves stale. */
function convolve(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<ForwardInputs, ConvolutionAttrs & ActivationAttrs>,
): TensorInfo | undefined {
  const { x, filter, bias, preluActivationWeights } = inputs
  const { strides, pad, dataFormat = 'NHWC', dimRoundingMode, dilations } = attrs
  const floats = [x, filter, bias].every(tensor => !tensor || tensor.dtype === 'float32')
  if (dataFormat !== 'NHWC' || !floats || !servesActivation(attrs)) return undefined
  const shapes = [x.shape as Shape4, filter.shape as Shape4] as const
  const g = backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true)
  if (bias && util.sizeFromShape(bias.shape) !== g.outChannels) return undefined
  const out = backend.makeOutput(g.outShape, 'float32')
  const { run } = machine
  const multiplier = filter.shape[3]!
  const images = divideImages(machine, forwardShape(g), 2 * g.filterHeight * g.filterWidth)
  const scratch = machine.regions(...images.map(({ shape }) => run.depthwiseScratchBytes(shape, multiplier)))
  const [source, weights, target, start] = [x, filter, out, bias].map(tensor => (tensor ? machine.address(tensor) : 0)) as Shape4
  const activation = storedActivation(attrs)
  machine.parallel(
    images.map(({ index, shape, input, output }) => {
      const [from, to] = [source + input, target + output]
      return ['depthwise', shape, multiplier, from, weights, to, start, activation, scratch[index]!]
    }),
  )
  return laterActivation(backend, out, attrs, preluActivationWeights)
}

type InputArgs = KernelArgs<{ dy: TensorInfo; filter: TensorInfo }, ConvolutionAttrs & { inputShape: number[] }>
type FilterArgs = KernelArgs<{ x: TensorInfo; dy: TensorInfo }, ConvolutionAttrs & { filterShape: number[] }>

function inputGradient(machine: Machine, { inputs, attrs, backend }: InputArgs): TensorInfo {
  const { dy, filter } = inputs
  const g = geometry(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filter.shape, attrs, true)
  const dx = backend.makeOutput(attrs.inputShape, 'float32')
  const [above, weights, target] = [machine.address(dy), machine.address(filter), machine.address(dx)]
  const images = divideImages(machine, forwardShape(g), 2 * g.filterHeight * g.filterWidth)
  const scratch = machine.regions(...images.map(({ shape }) => machine.run.depthwiseInputScratchBytes(shape)))
  machine.parallel(
    images.map(({ index, shape, input, output }) => {
      return ['depthwiseInputGradient', shape, filter.shape[3]!, above + output, weights, target + input, scratch[index]!]
    }),
  )
  return dx
}

function filterGradient(machine: Machine, { inputs, attrs, backend }: FilterArgs): TensorInfo {
  const { x, dy } = inputs
  const { filterShape } = attrs
  const g = geometry(DepthwiseConv2dNativeBackpropFilter, x.shape, filterShape, attrs, true)
  const out = backend.makeOutput(filterShape, 'float32')
  const [source, above, size] = [machine.address(x), machine.address(dy), util.sizeFromShape(filterShape)]
  const images = divideImages(machine, forwardShape(g), 2 * g.filterHeight * g.filterWidth)
  const scratchBytes = () => machine.run.depthwiseGradientBytes(size)
  sumOfParts(machine, images, machine.address(out), size, scratchBytes, ({ shape, input, output }, sum, scratch) => {
    return ['depthwiseFilterGradient', shape, filterShape[3]!, source + input, above + output, sum, scratch]
  })
  return out
}

export const depthwiseKernels = [
  compiledKernel(DepthwiseConv2dNative, convolve),
  compiledKernel(FusedDepthwiseConv2D, convolve),
  compiledKernel(DepthwiseConv2dNativeBackpropInput, inputGradient, depthwiseConv2dNativeBackpropInput),
  compiledKernel(DepthwiseConv2dNativeBackpropFilter, filterGradient, depthwiseConv2dNativeBackpropFilter),
]
