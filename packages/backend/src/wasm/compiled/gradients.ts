import * as tf from '@tensorflow/tfjs-core'
import { batchNormKernelNames, gradientKernelNames, scaleName, softmaxCrossEntropyName, spreadName } from './kernel-names.js'
import { installLayerGradients } from './layer-gradients.js'
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
  const { mul, sub, cast, step, square, zerosLike } = tf
  replace(
    { kernelName: tf.Relu, inputsToSave: ['x'] },
    gradientKernelNames.relu,
    (dy, x) => mul(dy, cast(step(x), 'float32')),
    dy => zerosLike(dy),
  )
  replace(
    { kernelName: tf.Sigmoid, outputsToSave: [true] },
    gradientKernelNames.sigmoid,
    (dy, y) => mul(dy, mul(y, sub(1, y))),
    (dy, y) => mul(dy, sub(1, mul(2, y))),
  )
  replace(
    { kernelName: tf.Tanh, outputsToSave: [true] },
    gradientKernelNames.tanh,
    (dy, y) => mul(dy, sub(1, square(y))),
    (dy, y) => mul(dy, mul(-2, y)),
  )
  replace(
    { kernelName: tf.Square, inputsToSave: ['x'] },
    gradientKernelNames.square,
    (dy, x) => mul(dy, mul(cast(x, 'float32'), 2)),
    dy => mul(dy, 2),
  )
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
  installBatchNormGradients()
  tf.registerGradient({
    kernelName: softmaxCrossEntropyName,
    inputsToSave: ['target'],
    outputsToSave: [false, true],
    gradFunc: (dys, [target, gradient]) => {
      const factor = (dys as tf.Tensor[])[0]!
      return {
        logits: () => tf.engine().runKernel(scaleName, { x: gradient!, factor }),
        target: () => zerosLike(target!),
      }
    },
  })
  installLayerGradients()
  shareSavedTensors()
}

type Compose = (dy: tf.Tensor, saved: tf.Tensor) => tf.Tensor

/**
 * The gradient of a function of one tensor, whose input or output is saved.
 *
 * @param ours our kernel for it
 * @param composed the same by TensorFlow.js's own kernels
 * @param curve how the gradient changes with what was saved: what differentiating a second time needs
 */
function replace(saving: Omit<tf.GradConfig, 'gradFunc'>, ours: string, composed: Compose, curve: Compose): void {
  const run = (dy: tf.Tensor, saved: tf.Tensor): tf.Tensor =>
    hasKernel(ours) && saved.dtype === 'float32'
      ? tf.engine().runKernel(ours, { dy, saved } as unknown as tf.NamedTensorMap)
      : composed(dy, saved)
  tf.registerGradient({ ...saving, gradFunc: (dy, [saved]) => ({ x: () => run(dy as tf.Tensor, saved!) }) })
  tf.registerGradient({
    kernelName: ours,
    inputsToSave: ['dy', 'saved'],
    gradFunc: (second, [dy, saved]) => ({
      dy: () => run(second as tf.Tensor, saved!),
      saved: () => tf.mul(second as tf.Tensor, curve(dy!, saved!)),
    }),
  })
}

/** The gradient of a sum: dy, times a factor, over every element that was summed. */
function spread(dy: tf.Tensor, x: tf.Tensor, attrs: tf.NamedAttrMap, factor: number): { x: () => tf.Tensor } {
  const axes = tf.util.parseAxisParam(attrs['axis'] as number | number[], x.shape)
  if (hasKernel(spreadName)) return { x: () => tf.engine().runKernel(spreadName, { dy }, { shape: x.shape, axes, factor }) }
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const reps = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1))
  return { x: () => tf.tile(tf.reshape(factor === 1 ? dy : tf.mul(dy, factor), kept), reps) }
}

function hasKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined
}

type Tensors = Record<string, tf.Tensor>

function runMany(kernelName: string, inputs: Record<string, tf.Tensor | undefined>, epsilon: number): tf.Tensor[] {
  const present = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor)) as Tensors
  return tf.engine().runKernel(kernelName, present, { epsilon })
}

function installBatchNormGradients(): void {
  tf.registerGradient({
    kernelName: batchNormKernelNames.training,
    inputsToSave: ['x', 'gamma'],
    outputsToSave: [false, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, scale, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
      const dy = (dys as tf.Tensor[])[0]!
      const [dx, dScale, dOffset] = runMany(
        batchNormKernelNames.trainingGradient,
        { dy, x, mean, variance, scale },
        attrs['epsilon'] as number,
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
      if (!perChannel || !hasKernel(batchNormKernelNames.gradient)) return composed.gradFunc(dy, saved, attrs)
      const inputs = { dy: dy as tf.Tensor, x, mean, variance, scale }
      const [dx, dScale, dOffset, dMean, dVariance] = runMany(
        batchNormKernelNames.gradient,
        inputs,
        attrs['varianceEpsilon'] as number,
      )
      return { x: () => dx!, scale: () => dScale!, offset: () => dOffset!, mean: () => dMean!, variance: () => dVariance! }
    },
  })
}
