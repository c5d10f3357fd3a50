import * as tf from '@tensorflow/tfjs-core'

/** Whether the backend in use has a kernel of this name. Gradients and layers belong to the program: any backend may meet them. */
export function hasKernel(kernelName: string): boolean {
  return tf.getKernel(kernelName, tf.getBackend()) !== undefined
}

type Inputs = Record<string, tf.Tensor | undefined>

/** Runs a kernel of ours with one output. */
export function runKernel(kernelName: string, inputs: Inputs, attrs: object = {}): tf.Tensor {
  return tf.engine().runKernel(kernelName, present(inputs), attrs as tf.NamedAttrMap)
}

/** Runs a kernel of ours with several outputs. */
export function runKernelOfMany(kernelName: string, inputs: Inputs, attrs: object = {}): tf.Tensor[] {
  return tf.engine().runKernel(kernelName, present(inputs), attrs as tf.NamedAttrMap)
}

/** The inputs that there are. */
export function present(inputs: Inputs): tf.NamedTensorMap {
  const all: tf.NamedTensorMap = {}
  for (const name in inputs) if (inputs[name]) all[name] = inputs[name]
  return all
}
