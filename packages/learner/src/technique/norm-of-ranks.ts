import * as tf from '@tensorflow/tfjs-core'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import type { Layer } from '../model/trainable-model.js'

/** What is used of TensorFlow.js's BatchNormalization. */
export interface BatchNorm extends Layer {
  /** Of the channels. TensorFlow.js differentiates none but the last. */
  readonly axis: number
  readonly momentum: number
  readonly epsilon: number
  readonly gamma: LayerVariable
  readonly beta: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

/** Whom a batch norm normalizes with. */
export interface Others {
  /** Whether this rank's part counts; if not, it is normalized as the others' are. */
  readonly counts: boolean
  /** The sums of numbers over all ranks. */
  sum(own: readonly number[]): readonly number[]
}

/**
 * What a batch norm whose channels come last does in training, with mean and variance of what all ranks have. Numbers cross once on the way forward, and once on the way back, in
 * float64: what a difference of squares loses there is nothing to float32. Its gradients are those of this rank's part of the loss for scale and
 * offset, and for the input those of the parts of all.
 */
export function normOfRanks(layer: BatchNorm, input: tf.Tensor, others: Others): tf.Tensor {
  const channels = input.shape.at(-1)!
  const rows = others.counts ? input.size / channels : 0
  const normalize = tf.customGrad((...given: unknown[]) => {
    const [x, gamma, beta, save] = given as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc]
    const { count, mean, variance } = momentsOf(ownMoments(x, gamma, beta), rows, others)
    const [m, v] = [tf.tensor1d(mean, 'float32'), tf.tensor1d(variance, 'float32')]
    moveTowards(layer.movingMean, m, layer.momentum)
    moveTowards(layer.movingVariance, v, layer.momentum)
    save([x, gamma, m, v])
    const value = tf.batchNorm4d(x, m, v, beta, gamma, layer.epsilon)
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, { count, rows, epsilon: layer.epsilon }, others)
    return { value, gradFunc }
  })
  const y = normalize(tf.reshape(input, [1, 1, -1, channels]), layer.gamma.read(), layer.beta.read())
  return tf.reshape(y, input.shape)
}

/** A kernel of ours, where the backend has it. With what it normalizes in vain it takes half the time of the four for moments alone. */
const kernel = 'BatchNormTraining'

/** By channel: means, and variances. */
function ownMoments(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor[] {
  if (tf.getKernel(kernel, tf.getBackend()))
    return tf.engine().runKernel<tf.Tensor[]>(kernel, { x, gamma, beta }, { epsilon: 1 }).slice(1)
  const { mean, variance } = tf.moments(x, [0, 1, 2])
  return [mean, variance]
}

/** By channel, of so many rows on all ranks. */
function momentsOf(own: tf.Tensor[], rows: number, others: Others): { count: number; mean: number[]; variance: number[] } {
  const [means, variances] = own.map(tensor => tensor.dataSync()) as [Float32Array, Float32Array]
  const first = [...means].map(mean => rows && rows * mean)
  const second = [...means].map((mean, i) => rows && rows * (variances[i]! + mean * mean))
  const [count = 0, ...sums] = others.sum([rows, ...first, ...second])
  const mean = first.map((_, i) => sums[i]! / count)
  const variance = mean.map((each, i) => Math.max(0, sums[first.length + i]! / count - each * each))
  return { count, mean, variance }
}

interface Counted {
  readonly count: number
  readonly rows: number
  readonly epsilon: number
}

/** By input, scale and offset. */
function gradients(dy: tf.Tensor, saved: tf.Tensor[], { count, rows, epsilon }: Counted, others: Others): tf.Tensor[] {
  const [x, gamma, mean, variance] = saved as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
  // As if mean and variance were given; what comes through them is of all ranks.
  const given = tf.getGradient(tf.FusedBatchNorm)!.gradFunc(dy, [x, mean, variance, gamma], { varianceEpsilon: epsilon })
  const [dx, dGamma, dBeta] = [given['x']!(), given['scale']!(), given['offset']!()]
  const own = [...dBeta.dataSync(), ...dGamma.dataSync()]
  const sums = others.sum(own.map(value => rows && value))
  const [scales, variances] = [gamma.dataSync(), variance.dataSync()]
  const through = (sum: number, i: number) => (sum * scales[i]!) / (Math.sqrt(variances[i]! + epsilon) * count)
  const channels = scales.length
  const offset = tf.tensor1d([...scales].map((_, i) => through(sums[i]!, i)))
  const scale = tf.tensor1d([...scales].map((_, i) => through(sums[channels + i]!, i)))
  return [tf.sub(dx, tf.batchNorm4d(x, mean, variance, offset, scale, epsilon)), dGamma, dBeta]
}

function moveTowards(variable: LayerVariable, value: tf.Tensor, momentum: number): void {
  const average = variable.read()
  variable.write(tf.sub(average, tf.mul(tf.sub(average, value), 1 - momentum)))
}
