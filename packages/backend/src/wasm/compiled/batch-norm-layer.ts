import * as tf from '@tensorflow/tfjs-core'
import { batchNormKernelNames } from './kernel-names.js'

interface LayerVariable {
  read(): tf.Tensor
  write(value: tf.Tensor): unknown
}

/** What is used of tfjs-layers' BatchNormalization. */
interface BatchNormalization {
  readonly axis: number
  readonly momentum: number
  readonly epsilon: number
  readonly gamma?: LayerVariable
  readonly beta?: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor | tf.Tensor[]
}

interface Layers {
  batchNormalization(args: object): object
}

const accelerated = new WeakSet<object>()

/**
 * Lets every BatchNormalization layer of tfjs-layers train through one kernel forward and one backward, in place of about forty.
 * Layers that normalize another axis than the last, or lack gamma or beta, and backends other than wasm keep their own way.
 * Doing it twice changes nothing.
 *
 * @param layers `layers` of '@tensorflow/tfjs-layers'
 * @example
 * import { layers } from '@tensorflow/tfjs-layers'
 * accelerateBatchNorm(layers)
 */
export function accelerateBatchNorm(layers: Layers): void {
  const prototype = Object.getPrototypeOf(layers.batchNormalization({})) as BatchNormalization
  if (accelerated.has(prototype)) return
  accelerated.add(prototype)
  const original = prototype.call
  prototype.call = function (inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs
    const last = this.axis === -1 || this.axis === x.rank - 1
    const served =
      kwargs.training &&
      last &&
      this.gamma &&
      this.beta &&
      x.dtype === 'float32' &&
      tf.getKernel(batchNormKernelNames.training, tf.getBackend())
    return served ? tf.tidy(() => normalizeInTraining(this, x)) : original.call(this, inputs, kwargs)
  }
}

function normalizeInTraining(layer: BatchNormalization, x: tf.Tensor): tf.Tensor {
  const inputs = { x, gamma: layer.gamma!.read(), beta: layer.beta!.read() }
  const [y, mean, variance] = tf
    .engine()
    .runKernel(batchNormKernelNames.training, inputs, { epsilon: layer.epsilon }) as unknown as [tf.Tensor, tf.Tensor, tf.Tensor]
  moveTowards(layer.movingMean, mean, layer.momentum)
  moveTowards(layer.movingVariance, variance, layer.momentum)
  return y
}

function moveTowards(variable: LayerVariable, value: tf.Tensor, momentum: number): void {
  const old = variable.read()
  variable.write(tf.sub(old, tf.mul(tf.sub(old, value), 1 - momentum)))
}
