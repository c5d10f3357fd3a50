import * as tf from '@tensorflow/tfjs-core'
import type { LayerVariable } from './batch-norm-layer.js'
import { layerKernelNames } from './kernel-names.js'
import { type LayerInputs, onlyTensor, serves } from './layer-input.js'
import { runKernel } from './run-kernel.js'

interface Activation {
  getClassName(): string
  apply(x: tf.Tensor): tf.Tensor
}

/** What is used of tfjs-layers' Dense and Conv2D. */
interface Layer {
  readonly kernel: LayerVariable
  readonly bias?: LayerVariable | null
  readonly activation?: Activation | null
  invokeCallHook(inputs: LayerInputs, kwargs: object): void
}

interface Conv2D extends Layer {
  readonly strides: number[]
  readonly padding: string
  readonly dataFormat: string
  readonly dilationRate: number[]
}

/** What TensorFlow.js's own calls would do with four kernels. Undefined for a case that is left to them. */
type Run<L> = (layer: L, x: tf.Tensor, activation: 'relu' | 'linear') => tf.Tensor | undefined

/** What `call` of a Dense layer does: product, bias and ReLU in one kernel. */
export const dense = inOne<Layer>(layerKernelNames.dense, ({ kernel, bias }, x, activation) => {
  const features = x.shape.at(-1)!
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, features])
  const inputs = { kernel: kernel.read(), bias: bias?.read(), x: rows }
  const y = runKernel(layerKernelNames.dense, inputs, { activation, useBias: !!bias })
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1]!])
})

/** What `call` of a Conv2D layer does: convolution, bias and ReLU in one kernel. */
export const conv2d = inOne<Conv2D>(
  layerKernelNames.conv2D,
  ({ kernel, bias, strides, padding, dataFormat, dilationRate }, x, activation) => {
    if (dataFormat === 'channelsFirst' || !['same', 'valid'].includes(padding)) return undefined
    if (dilationRate.some(rate => rate > 1) || x.rank !== 4) return undefined
    const attrs = { strides, pad: padding, dataFormat: 'NHWC', dilations: dilationRate, activation, useBias: !!bias }
    return runKernel(layerKernelNames.conv2D, { filter: kernel.read(), bias: bias?.read(), x }, attrs)
  },
)

function inOne<L extends Layer>(kernelName: string, run: Run<L>) {
  return (layer: L, inputs: LayerInputs, kwargs: object): tf.Tensor | undefined => {
    const x = onlyTensor(inputs)
    if (!serves(kernelName, x)) return undefined
    const named = layer.activation?.getClassName() ?? 'linear'
    const activation = named === 'relu' ? 'relu' : 'linear'
    const result = tf.tidy(() => {
      const y = run(layer, x, activation)
      return y && named !== activation ? layer.activation!.apply(y) : y!
    })
    if (result) layer.invokeCallHook(inputs, kwargs)
    return result
  }
}
