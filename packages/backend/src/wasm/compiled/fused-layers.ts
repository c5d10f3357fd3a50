import * as tf from '@tensorflow/tfjs-core'
import { layerKernelNames } from './kernel-names.js'

interface LayerVariable {
  read(): tf.Tensor
}

interface Activation {
  getClassName(): string
  apply(x: tf.Tensor): tf.Tensor
}

/** What is used of tfjs-layers' Dense and Conv2D. */
interface Layer {
  readonly kernel: LayerVariable
  readonly bias?: LayerVariable | null
  readonly activation?: Activation | null
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor | tf.Tensor[]
  invokeCallHook(inputs: tf.Tensor | tf.Tensor[], kwargs: object): void
}

interface Dense extends Layer {
  readonly units: number
}

interface Conv2D extends Layer {
  readonly rank: number
  readonly strides: number[]
  readonly padding: string
  readonly dataFormat: string
  readonly dilationRate: number[]
}

interface Layers {
  dense(args: object): object
  conv2d(args: object): object
}

/** What TensorFlow.js's own calls would do with four kernels. Undefined for a case that is left to them. */
type Run<L> = (layer: L, x: tf.Tensor, activation: 'relu' | 'linear') => tf.Tensor | undefined

const dense: Run<Dense> = ({ kernel, bias }, x, activation) => {
  const features = x.shape.at(-1)!
  const rows = x.rank === 2 ? x : tf.reshape(x, [-1, features])
  const y = run(layerKernelNames.dense, { kernel: kernel.read(), ...biasOf(bias), x: rows }, { activation, useBias: !!bias })
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), y.shape[1]!])
}

const conv2d: Run<Conv2D> = ({ kernel, bias, strides, padding, dataFormat, dilationRate }, x, activation) => {
  if (dataFormat === 'channelsFirst' || !['same', 'valid'].includes(padding)) return undefined
  const attrs = { strides, pad: padding, dataFormat: 'NHWC', dilations: dilationRate, activation, useBias: !!bias }
  if (dilationRate.some(rate => rate > 1) || x.rank !== 4) return undefined
  return run(layerKernelNames.conv2D, { filter: kernel.read(), ...biasOf(bias), x }, attrs)
}

const biasOf = (bias: LayerVariable | null | undefined) => (bias ? { bias: bias.read() } : {})

function run(kernelName: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor {
  return tf.engine().runKernel(kernelName, inputs, attrs)
}

/** Lets Dense and Conv2D layers of tfjs-layers run as one kernel forward and two backward, with bias and ReLU, in place of about ten. */
export function fuseLayers(layers: Layers): void {
  fuse(layers.dense({ units: 1 }) as Dense, layerKernelNames.dense, dense)
  fuse(layers.conv2d({ filters: 1, kernelSize: 1 }) as Conv2D, layerKernelNames.conv2D, conv2d)
}

const fused = new WeakSet<object>()

function fuse<L extends Layer>(example: L, kernelName: string, once: Run<L>): void {
  const prototype = Object.getPrototypeOf(example) as L
  if (fused.has(prototype)) return
  fused.add(prototype)
  const original = prototype.call
  prototype.call = function (this: L, inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const named = this.activation?.getClassName() ?? 'linear'
    const activation = named === 'relu' ? 'relu' : 'linear'
    const y = serves(kernelName, x)
      ? tf.tidy(() => {
          const y = once(this, x, activation)
          return y && named !== activation ? this.activation!.apply(y) : y!
        })
      : undefined
    if (!y) return original.call(this, inputs, kwargs)
    this.invokeCallHook(inputs, kwargs)
    return y
  }
}

/** Gradients of gradients are left to TensorFlow.js: our kernels can be differentiated once. */
function serves(kernelName: string, x: tf.Tensor): boolean {
  return x.dtype === 'float32' && tf.engine().state.gradientDepth <= 1 && tf.getKernel(kernelName, tf.getBackend()) !== undefined
}
