import * as tf from '@tensorflow/tfjs-core'
import { pure } from '../replay/replayable.js'
import { sigmoid } from './activations.js'
import { lossFunction } from './loss-function.js'
import { asPredictions, checkLabels } from './targets.js'

/**
 * Binary cross-entropy of logits, averaged over every element: one independent yes or no for each.
 *
 * `pred` is [batch] or [batch, k] logits, `target` as many labels 0 or 1 (int32) or probabilities (float32).
 * Source: PyTorch's `nn.BCEWithLogitsLoss`, in the form max(x, 0) - x t + log(1 + e^-|x|), which cannot overflow.
 *
 * @throws RangeError when the shapes do not fit, or (on the cpu and wasm backends, and on tfjs-node without a GPU) an int32 label is neither 0 nor 1.
 * @example
 * binary_cross_entropy(tf.tensor2d([[3]]), tf.tensor1d([1], 'int32')).dataSync()   // [0.0486]
 */
export const binary_cross_entropy = pure(
  lossFunction(
    'binary_cross_entropy',
    (pred, target) => {
      const wanted = yesOrNo('binary_cross_entropy', pred, target)
      const tail = tf.log1p(tf.exp(tf.neg(tf.abs(pred))))
      return tf.add(tf.sub(tf.relu(pred), tf.mul(pred, wanted)), tail)
    },
    { activation: sigmoid },
  ),
)

/**
 * Binary cross-entropy of probabilities: for models whose last layer already is a sigmoid. Shapes and errors as
 * {@link binary_cross_entropy}. Probabilities are kept within 1e-7 of 0 and 1; beyond that the gradient is 0, which is
 * why logits train better.
 *
 * @example
 * probability_binary_cross_entropy(tf.tensor2d([[0.5]]), tf.tensor1d([1], 'int32')).dataSync()   // [0.693]
 */
export const probability_binary_cross_entropy = pure(
  lossFunction('probability_binary_cross_entropy', (pred, target) => {
    const wanted = yesOrNo('probability_binary_cross_entropy', pred, target)
    const p = tf.clipByValue(pred, 1e-7, 1 - 1e-7)
    const yes = tf.mul(wanted, tf.log(p))
    const no = tf.mul(tf.sub(1, wanted), tf.log(tf.sub(1, p)))
    return tf.neg(tf.add(yes, no))
  }),
)

/** Targets as numbers from 0 to 1 in the shape of the predictions. */
export function yesOrNo(loss: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const wanted = asPredictions(loss, pred, target)
  if (target.dtype !== 'float32') checkLabels(loss, target, 2)
  return wanted
}
