import * as tf from '@tensorflow/tfjs-core'
import type { Samples } from './samples.js'

/** What `model.fit` of TensorFlow.js takes in place of arrays. */
export function inputTensors({ x, shape }: Samples): tf.Tensor | tf.Tensor[] {
  const one = (values: Float32Array | Int32Array, shape: number[]) =>
    tf.tensor(
      values,
      [values.length / tf.util.sizeFromShape(shape), ...shape],
      values instanceof Int32Array ? 'int32' : 'float32',
    )
  if (x instanceof Float32Array || x instanceof Int32Array) return one(x, shape as number[])
  return Object.entries(x).map(([name, values]) => one(values, (shape as Record<string, number[]>)[name]!))
}

/** One-hot labels; of a place that does not count nothing but zeros. */
export function targetTensor({ y, targetShape = [] }: Samples, classes: number): tf.Tensor {
  return tf.tidy(() => {
    const labels = tf.tensor1d(y as Int32Array, 'int32')
    return tf.reshape(tf.cast(tf.oneHot(labels, classes), 'float32'), [-1, ...(targetShape as number[]), classes])
  })
}
