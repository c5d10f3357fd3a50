import * as tf from '@tensorflow/tfjs-core'
import { attentionKernelNames } from './kernel-names.js'

/** Lets the kernel be differentiated. */
export function installAttentionGradient(): void {
  tf.registerGradient({
    kernelName: attentionKernelNames.forward,
    // A mask may be missing: inputs are a list.
    saveAllInputs: true,
    outputsToSave: [true, true],
    gradFunc: (dys, saved, attrs) => {
      const dy = (dys as tf.Tensor[])[0]!
      const [y, statistics] = saved.slice(-2) as [tf.Tensor, tf.Tensor]
      const given = saved.slice(0, -2)
      const inputs = [dy, y, statistics, ...given] as unknown as tf.NamedTensorMap
      const gradients = tf.engine().runKernel(attentionKernelNames.gradient, inputs, attrs) as unknown as tf.Tensor[]
      return Object.fromEntries(given.map((x, i) => [i, () => gradients[i] ?? tf.zeros(x.shape)]))
    },
  })
}
