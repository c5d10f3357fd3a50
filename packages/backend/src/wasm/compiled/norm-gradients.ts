import * as tf from '@tensorflow/tfjs-core'
import { batchNormKernelNames, layerNormKernelNames } from './kernel-names.js'
import { hasKernel, runKernelOfMany } from './run-kernel.js'

/** Gradients of batch and layer normalization, each in one kernel. */
export function installNormGradients(): void {
  tf.registerGradient({
    kernelName: layerNormKernelNames.forward,
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => {
      const [x, gamma, statistics] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const dy = (dys as tf.Tensor[])[0]!
      const [dx, dGamma, dBeta] = runKernelOfMany(layerNormKernelNames.gradient, { dy, x, statistics, gamma })
      return { x: () => dx!, gamma: () => dGamma!, beta: () => dBeta! }
    },
  })
  tf.registerGradient({
    kernelName: batchNormKernelNames.training,
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, scale, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const dy = (dys as tf.Tensor[])[0]!
      const [dx, dScale, dOffset] = runKernelOfMany(
        batchNormKernelNames.trainingGradient,
        { dy, x, mean, variance, scale },
        { epsilon: attrs['epsilon'] },
      )
      return { x: () => dx!, gamma: () => dScale!, beta: () => dOffset! }
    },
  })
  const composed = tf.getGradient(tf.FusedBatchNorm)
  if (!composed) return
  tf.registerGradient({
    ...composed,
    gradFunc: (dy, saved, attrs) => {
      const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor?]
      const channels = x.shape.at(-1)!
      const perChannel = [mean, variance, scale].every(p => !p || (p.rank === 1 && p.shape[0] === channels))
      // A gradient inside another is differentiated in turn, which our kernel cannot be.
      const nested = tf.engine().state.gradientDepth > 0
      if (!perChannel || nested || !hasKernel(batchNormKernelNames.gradient)) return composed.gradFunc(dy, saved, attrs)
      const inputs = { dy: dy as tf.Tensor, x, mean, variance, scale }
      const [dx, dScale, dOffset, dMean, dVariance] = runKernelOfMany(batchNormKernelNames.gradient, inputs, {
        epsilon: attrs['varianceEpsilon'],
      })
      return { x: () => dx!, scale: () => dScale!, offset: () => dOffset!, mean: () => dMean!, variance: () => dVariance! }
    },
  })
}
