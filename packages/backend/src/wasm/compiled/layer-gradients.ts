import * as tf from '@tensorflow/tfjs-core'
import { layerKernelNames } from './kernel-names.js'
import { runKernel, runKernelOfMany } from './run-kernel.js'

/** Lets the layers' own kernels be differentiated: two kernels a layer, and one for a layer whose input needs no gradient. */
export function installLayerGradients(): void {
  const { dense, denseGradient, conv2D, conv2DGradient } = layerKernelNames
  tf.registerGradient({
    kernelName: dense,
    inputsToSave: ['x', 'kernel'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, kernel, y] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D]
      const { inner, weights, bias } = gradientsOf(denseGradient, dy as tf.Tensor, x, y, attrs)
      return { x: () => tf.matMul(inner as tf.Tensor2D, kernel, false, true), kernel: () => weights, bias: () => bias! }
    },
  })
  tf.registerGradient({
    kernelName: conv2D,
    inputsToSave: ['x', 'filter'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, filter, y] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
      const own = { ...attrs, filterShape: filter.shape }
      const { inner, weights, bias } = gradientsOf(conv2DGradient, dy as tf.Tensor, x, y, own)
      const inputShape = { ...attrs, inputShape: x.shape }
      return {
        x: () => runKernel(tf.Conv2DBackpropInput, { dy: inner, filter }, inputShape),
        filter: () => weights,
        bias: () => bias!,
      }
    },
  })
}

function gradientsOf(kernelName: string, dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor, attrs: tf.NamedAttrMap) {
  const [weights, ...rest] = runKernelOfMany(kernelName, { dy, x, y }, attrs) as [tf.Tensor, ...tf.Tensor[]]
  const bias = attrs['useBias'] ? rest.shift() : undefined
  return { weights, bias, inner: rest[0] ?? dy }
}
