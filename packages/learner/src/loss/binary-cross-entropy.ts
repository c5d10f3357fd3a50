import * as tf from '@tensorflow/tfjs-core'
import { lossFunction, shapeMismatch } from './loss-function.js'

const expected = 'equally many predictions and targets per sample, targets between 0 and 1'

/**
 * Binary cross-entropy of logits, averaged over every element: one independent yes or no for each.
 *
 * `pred` is [batch] or [batch, k] logits, `target` the same number of values between 0 and 1.
 * Source: PyTorch's `nn.BCEWithLogitsLoss`, in the form max(x, 0) - x t + log(1 + e^-|x|), which cannot overflow.
 *
 * @throws RangeError when the shapes do not fit.
 */
export const binary_cross_entropy = lossFunction(
  'binary_cross_entropy',
  (pred, target) =>
    tf.tidy(() => {
      const wanted = alike('binary_cross_entropy', pred, target)
      const tail = tf.log1p(tf.exp(tf.neg(tf.abs(pred))))
      return tf.mean(tf.add(tf.sub(tf.relu(pred), tf.mul(pred, wanted)), tail)) as tf.Scalar
    }),
  pred => tf.sigmoid(pred),
)

/** Binary cross-entropy of probabilities: for models whose last layer already is a sigmoid. */
export const probability_binary_cross_entropy = lossFunction('probability_binary_cross_entropy', (pred, target) =>
  tf.tidy(() => {
    const wanted = alike('probability_binary_cross_entropy', pred, target)
    const p = tf.clipByValue(pred, 1e-7, 1 - 1e-7)
    const yes = tf.mul(wanted, tf.log(p))
    const no = tf.mul(tf.sub(1, wanted), tf.log(tf.sub(1, p)))
    return tf.neg(tf.mean(tf.add(yes, no))) as tf.Scalar
  }),
)

function alike(loss: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  if (pred.size !== target.size || pred.shape[0] !== target.shape[0]) throw shapeMismatch(loss, pred, target, expected)
  return tf.reshape(tf.cast(target, 'float32'), pred.shape)
}
