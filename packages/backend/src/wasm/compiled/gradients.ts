import * as tf from '@tensorflow/tfjs-core'
import { installActivationGradients } from './activation-gradients.js'
import { installAttentionGradient } from './attention-gradients.js'
import { dropoutName, embeddingsKernelNames, scaleName, softmaxCrossEntropyName, spreadName } from './kernel-names.js'
import { installLayerGradients } from './layer-gradients.js'
import { installNormGradients } from './norm-gradients.js'
import { hasKernel, runKernel, runKernelOfMany } from './run-kernel.js'
import { shareSavedTensors } from './saved-tensors.js'

let installed = false

/**
 * Replaces gradients that TensorFlow.js composes of many kernels by ones that run a single kernel of ours where it is registered,
 * and TensorFlow.js's own gradient elsewhere: gradients belong to the program, not to a backend.
 *
 * Called when the first kernel runs rather than when this module loads: tfjs-layers brings the gradients that are replaced,
 * and may be imported later.
 */
export function installGradients(): void {
  if (installed) return
  installed = true
  installActivationGradients()
  installNormGradients()
  installAttentionGradient()
  tf.registerGradient({
    kernelName: tf.Sum,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => spread(dy as tf.Tensor, x!, attrs, 1),
  })
  tf.registerGradient({
    kernelName: tf.Mean,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const y = dy as tf.Tensor
      return spread(y, x!, attrs, y.size / x!.size)
    },
  })
  tf.registerGradient({
    kernelName: spreadName,
    inputsToSave: ['dy'],
    gradFunc: (second, [dy], attrs) => ({
      dy: () => {
        const sums = tf.sum(second as tf.Tensor, attrs['axes'] as number[])
        return tf.reshape(tf.mul(sums, attrs['factor'] as number), dy!.shape)
      },
    }),
  })
  tf.registerGradient({
    kernelName: softmaxCrossEntropyName,
    inputsToSave: ['target'],
    outputsToSave: [false, true],
    gradFunc: (dys, [target, gradient]) => {
      const factor = (dys as tf.Tensor[])[0]!
      return { logits: () => runKernel(scaleName, { x: gradient, factor }), target: () => tf.zerosLike(target!) }
    },
  })
  tf.registerGradient({
    kernelName: dropoutName,
    outputsToSave: [false, true],
    gradFunc: (dys, [mask]) => ({ x: () => tf.mul((dys as tf.Tensor[])[0]!, mask!) }),
  })
  tf.registerGradient({
    kernelName: embeddingsKernelNames.forward,
    saveAllInputs: true,
    gradFunc: (dy, [codes, ...tables]) => {
      const attrs = { tables: tables.map(({ shape }) => shape) }
      const gradients = runKernelOfMany(embeddingsKernelNames.gradient, { dy: dy as tf.Tensor, codes }, attrs)
      return Object.fromEntries([codes!, ...gradients].map((gradient, i) => [i, () => gradient]))
    },
  })
  installLayerGradients()
  shareSavedTensors()
}

/** The gradient of a sum: dy, times a factor, over every element that was summed. */
function spread(dy: tf.Tensor, x: tf.Tensor, attrs: tf.NamedAttrMap, factor: number): { x: () => tf.Tensor } {
  const axes = tf.util.parseAxisParam(attrs['axis'] as number | number[], x.shape)
  if (hasKernel(spreadName)) return { x: () => runKernel(spreadName, { dy }, { shape: x.shape, axes, factor }) }
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const reps = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1))
  return { x: () => tf.tile(tf.reshape(factor === 1 ? dy : tf.mul(dy, factor), kept), reps) }
}
