import {
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { depthwiseConv2dNativeBackpropFilter } from '../composed/depthwise-conv2d-native-backprop-filter.js'
import { depthwiseConv2dNativeBackpropInput } from '../composed/depthwise-conv2d-native-backprop-input.js'
import { type ConvolutionAttrs, geometry } from '../composed/geometry.js'
import type { KernelArgs } from '../kernels.js'
import { forwardShape } from './conv2d.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'

type InputArgs = KernelArgs<{ dy: TensorInfo; filter: TensorInfo }, ConvolutionAttrs & { inputShape: number[] }>
type FilterArgs = KernelArgs<{ x: TensorInfo; dy: TensorInfo }, ConvolutionAttrs & { filterShape: number[] }>

function inputGradient(machine: Machine, { inputs, attrs, backend }: InputArgs): TensorInfo {
  const { dy, filter } = inputs
  const g = geometry(DepthwiseConv2dNativeBackpropInput, attrs.inputShape, filter.shape, attrs, true)
  const dx = backend.makeOutput(attrs.inputShape, 'float32')
  const shape = machine.integers(forwardShape(g))
  machine.run.depthwiseInputGradient(shape, filter.shape[3]!, machine.address(dy), machine.address(filter), machine.address(dx))
  return dx
}

function filterGradient(machine: Machine, { inputs, attrs, backend }: FilterArgs): TensorInfo {
  const { x, dy } = inputs
  const { filterShape } = attrs
  const g = geometry(DepthwiseConv2dNativeBackpropFilter, x.shape, filterShape, attrs, true)
  const out = backend.makeOutput(filterShape, 'float32')
  const scratch = machine.scratch(machine.run.depthwiseScratchBytes(util.sizeFromShape(filterShape)))
  const shape = machine.integers(forwardShape(g))
  const [source, gradient, target] = [machine.address(x), machine.address(dy), machine.address(out)]
  machine.run.depthwiseFilterGradient(shape, filterShape[3]!, source, gradient, target, scratch)
  return out
}

export const depthwiseKernels = [
  compiledKernel(DepthwiseConv2dNativeBackpropInput, inputGradient, depthwiseConv2dNativeBackpropInput),
  compiledKernel(DepthwiseConv2dNativeBackpropFilter, filterGradient, depthwiseConv2dNativeBackpropFilter),
]
