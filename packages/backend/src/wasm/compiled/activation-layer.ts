import * as tf from '@tensorflow/tfjs-core'
import { activationKernelNames, gradientKernelNames } from './kernel-names.js'
import { type LayerInputs, onlyTensor } from './layer-input.js'
import { hasKernel, runKernel } from './run-kernel.js'

const { gelu, sigmoidWeighted } = activationKernelNames

/** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, as a sigmoid of twice that. */
const tanhSlope = Math.sqrt(8 / Math.PI)

/** What `apply` of tfjs-layers' activations does; undefined where their own has to. */
export const activations = {
  // At exactly 6, where any slope from 0 to 1 is right, tf.relu6 has the slope 1 and the layer's composition 0.
  relu6: (_: object, x: tf.Tensor) => (has(gradientKernelNames.relu6, x) ? tf.relu6(x) : undefined),
  gelu: (_: object, x: tf.Tensor) => activate(gelu, x),
  gelu_new: (_: object, x: tf.Tensor) => activate(sigmoidWeighted, x, { slope: tanhSlope, cube: 0.044715 * tanhSlope }),
  swish: (_: object, x: tf.Tensor, alpha = 1) => activate(sigmoidWeighted, x, { slope: alpha, cube: 0 }),
}

/** What `call` of a ReLU layer does, where it ends at 6. */
export function reLU(layer: { readonly maxValue?: number }, inputs: LayerInputs): tf.Tensor | undefined {
  const x = onlyTensor(inputs)
  return x && layer.maxValue === 6 ? activations.relu6(layer, x) : undefined
}

function activate(kernelName: string, x: tf.Tensor, attrs?: object): tf.Tensor | undefined {
  return has(kernelName, x) ? runKernel(kernelName, { x }, attrs) : undefined
}

function has(kernelName: string, x: tf.Tensor): boolean {
  return x.dtype === 'float32' && hasKernel(kernelName)
}
