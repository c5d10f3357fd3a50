import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { Machine } from './machine.js'
import { overNumbers } from './parts.js'
import { sum } from './reduce.js'

export type LayerGradientInputs = { dy: TensorInfo; x: TensorInfo; y: TensorInfo }
export type LayerGradientAttrs = { readonly activation: 'relu' | 'linear'; readonly useBias: boolean }

/**
 * The gradients of a layer's parameters, from the gradient of its output: [dWeights, dBias, dy behind the ReLU], each where there is one.
 *
 * @param ofWeights the gradient of the weights, from the gradient of what goes into the activation
 */
export function gradientsOfLayer(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<LayerGradientInputs, LayerGradientAttrs>,
  ofWeights: (dy: TensorInfo) => TensorInfo,
): TensorInfo[] {
  const { dy, y } = inputs
  const relu = attrs.activation === 'relu'
  const inner = relu ? backend.makeOutput(dy.shape, 'float32') : dy
  const size = util.sizeFromShape(dy.shape)
  const [above, output, gradient] = [machine.address(dy), machine.address(y), machine.address(inner)]
  if (relu) overNumbers(machine, size, (at, count) => ['reluGradient', above + at, output + at, gradient + at, count])
  const gradients = [ofWeights(inner)]
  if (attrs.useBias) {
    const channels = dy.shape.at(-1)!
    const bias = backend.makeOutput([channels], 'float32')
    sum(machine, gradient, 1, size / channels, channels, machine.address(bias))
    gradients.push(bias)
  }
  if (relu) gradients.push(inner)
  return gradients
}
