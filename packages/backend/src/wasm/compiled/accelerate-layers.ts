import type { Tensor } from '@tensorflow/tfjs-core'
import { activations, reLU } from './activation-layer.js'
import { batchNormalization } from './batch-norm-layer.js'
import { dropout } from './dropout-layer.js'
import { conv2d, dense } from './fused-layers.js'
import { layerNormalization } from './layer-norm-layer.js'
import { type RecurrentLayers, recurrentOf } from './recurrent-layer.js'

/** What is used of `layers` of '@tensorflow/tfjs-layers'. */
interface Layers extends RecurrentLayers {
  dense(args: object): object
  conv2d(args: object): object
  batchNormalization(args: object): object
  layerNormalization(args: object): object
  reLU(args: object): object
  dropout(args: { rate: number }): object
  activation(args: { activation: keyof typeof activations }): object
}

/**
 * Lets layers of tfjs-layers run through few kernels of ours in place of five to fifty: Dense and Conv2D with their bias and ReLU one
 * forward and two backward; BatchNormalization in training, LayerNormalization, Dropout, ReLU up to 6, and the activations relu6, gelu, gelu_new
 * and swish in whichever layer they are, one each way. What these kernels do not serve (normalization of another axis than the last,
 * batch norm without gamma or beta, dilated convolutions, inputs that are not float32, gradients of gradients, and backends that
 * lack the kernel: tfjs-node has those of Dense, Conv2D and, on the processor, BatchNormalization, webgpu these, Dropout and swish, others have none) stays as it is; but a
 * gradient of a gradient through a layer that was called outside the inner one is refused. It holds for layers made before and after. Doing
 * it twice changes nothing.
 *
 * @param layers `layers` of '@tensorflow/tfjs-layers'
 * @example
 * import { layers } from '@tensorflow/tfjs-layers'
 * accelerateLayers(layers)
 */
export function accelerateLayers(layers: Layers): void {
  override(layers.dense({ units: 1 }), 'call', dense)
  override(layers.conv2d({ filters: 1, kernelSize: 1 }), 'call', conv2d)
  override(layers.batchNormalization({}), 'call', batchNormalization)
  override(layers.layerNormalization({}), 'call', layerNormalization)
  override(layers.reLU({}), 'call', reLU)
  override(layers.dropout({ rate: 0 }), 'call', dropout)
  override(layers.rnn({ cell: layers.simpleRNNCell({ units: 1 }) }), 'call', recurrentOf(layers))
  for (const [name, ours] of Object.entries(activations)) {
    const layer = layers.activation({ activation: name as keyof typeof activations })
    override((layer as { activation: object }).activation, 'apply', ours)
  }
}

const overridden = new WeakSet<object>()

/** Has all objects of the example's class answer a method with `ours`, and as they did where ours returns undefined. */
function override<Self, Args extends unknown[]>(
  example: object,
  method: string,
  ours: (self: Self, ...args: Args) => Tensor | Tensor[] | undefined,
): void {
  const prototype = Object.getPrototypeOf(example) as Record<string, (...args: Args) => unknown>
  if (overridden.has(prototype)) return
  overridden.add(prototype)
  const own = prototype[method]!
  prototype[method] = function (this: Self, ...args: Args) {
    return ours(this, ...args) ?? own.apply(this, args)
  }
}
