import * as tf from '@tensorflow/tfjs-core'
import { hasKernel } from './run-kernel.js'

/** What tfjs-layers gives a layer's `call`. */
export type LayerInputs = tf.Tensor | tf.Tensor[]

/** The one input of a layer that takes one; undefined where there are others, which the layer's own way refuses. */
export function onlyTensor(inputs: LayerInputs): tf.Tensor | undefined {
  if (!Array.isArray(inputs)) return inputs
  return inputs.length === 1 ? inputs[0] : undefined
}

/** Whether a layer may run as this kernel of ours. Gradients of gradients are left to TensorFlow.js: it can be differentiated once. */
export function serves(kernelName: string, x: tf.Tensor | undefined): x is tf.Tensor {
  return x?.dtype === 'float32' && tf.engine().state.gradientDepth <= 1 && hasKernel(kernelName)
}
