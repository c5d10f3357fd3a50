import * as tf from '@tensorflow/tfjs-core'
import { lossFunction, shapeMismatch } from './loss-function.js'

const expected = 'equally many predictions and targets per sample'

/**
 * Mean squared error over every element. `pred` and `target` are [batch, ...] with equally many values.
 *
 * @throws RangeError when the shapes do not fit (no broadcasting: [n, 1] against [n] is compared element by element).
 */
export const mse = lossFunction('mse', (pred, target) =>
  tf.tidy(() => tf.mean(tf.square(difference('mse', pred, target))) as tf.Scalar),
)

/** Mean absolute error over every element; shapes as {@link mse}. */
export const mae = lossFunction('mae', (pred, target) =>
  tf.tidy(() => tf.mean(tf.abs(difference('mae', pred, target))) as tf.Scalar),
)

function difference(loss: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  if (pred.size !== target.size || pred.shape[0] !== target.shape[0]) throw shapeMismatch(loss, pred, target, expected)
  return tf.sub(pred, tf.reshape(tf.cast(target, 'float32'), pred.shape))
}
