import * as tf from '@tensorflow/tfjs-core'
import { hasKernel } from './run-kernel.js'

/** What tfjs-layers gives a layer's `call`. */
export type LayerInputs = tf.Tensor | tf.Tensor[]

/** The one input of a layer that takes one. */
export function onlyTensor(inputs: LayerInputs): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs
}

/** Whether a layer may run as this kernel of ours. Gradients of gradients are left to TensorFlow.js: it can be differentiated once. */
export function serves(kernelName: string, x: tf.Tensor): boolean {
  return x.dtype === 'float32' && tf.engine().state.gradientDepth <= 1 && hasKernel(kernelName)
}
