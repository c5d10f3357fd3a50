import { accelerateLayers } from '../wasm/compiled/accelerate-layers.js'
import { installGradients } from '../wasm/compiled/gradients.js'
import { registerNativeKernels } from './register.js'

/**
 * Has steps on tfjs-node run TensorFlow's fused operations in place of what TensorFlow.js composes, by the names that our layers and gradients
 * ask every backend for. Called with the backend set. Doing it twice changes nothing.
 *
 * Results are the same up to rounding, but for one: where the input of ReLU or ReLU6 is NaN, and dy a number, TensorFlow's gradient is 0;
 * what is composed gives NaN. What the function itself gives is NaN both times.
 *
 * @param layers `layers` of '@tensorflow/tfjs-layers', which brings the gradients that are replaced
 */
export function accelerateNative(layers: Parameters<typeof accelerateLayers>[0]): void {
  if (!registerNativeKernels()) return
  installGradients()
  accelerateLayers(layers)
}
