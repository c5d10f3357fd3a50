import * as tf from '@tensorflow/tfjs-core'

/**
 * Share of samples whose most likely class is the target.
 *
 * `pred` is [batch, classes] logits or probabilities; `target` [batch] class indices, or [batch, classes] one-hot or
 * soft labels, of which the largest counts.
 *
 * @throws RangeError when `pred` has no class axis: use {@link accuracy_thresh} for a single unit.
 * @example
 * accuracy(tf.tensor2d([[2, 1], [0, 3]]), tf.tensor1d([0, 0], 'int32')).dataSync()  // [0.5]
 */
export function accuracy(pred: tf.Tensor, target: tf.Tensor): tf.Scalar {
  if (pred.rank !== 2 || pred.shape[1] === 1) {
    throw new RangeError(
      `accuracy got predictions of shape [${pred.shape}], but expects [batch, classes] with 2 classes or more. ` +
        'For a single unit with a sigmoid use accuracy_thresh().',
    )
  }
  return tf.tidy(() => tf.mean(tf.cast(tf.equal(tf.argMax(pred, -1), classIndices(target)), 'float32')) as tf.Scalar)
}

/** 1 - {@link accuracy}. */
export function error_rate(pred: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.tidy(() => tf.sub(1, accuracy(pred, target)) as tf.Scalar)
}

/**
 * Share of samples whose target is among the k most likely classes; the column is named `top_k_accuracy`.
 *
 * @throws RangeError when k is not a positive integer.
 */
export function top_k_accuracy(k = 5): (pred: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`top_k_accuracy got k = ${k}, but expects a positive integer.`)
  return function top_k_accuracy(pred, target) {
    return tf.tidy(() => {
      const { indices } = tf.topk(pred, Math.min(k, pred.shape.at(-1)!))
      const hits = tf.equal(indices, tf.expandDims(classIndices(target), -1))
      return tf.mean(tf.cast(tf.any(hits, -1), 'float32')) as tf.Scalar
    })
  }
}

/**
 * Share of elements on the right side of a threshold: for one sigmoid unit, or several independent ones.
 *
 * `pred` and `target` are [batch] or [batch, k]. With `fromLogits` (default true) the prediction passes a sigmoid first.
 */
export function accuracy_thresh(
  options: { thresh?: number; fromLogits?: boolean } = {},
): (pred: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  const { thresh = 0.5, fromLogits = true } = options
  return function accuracy_thresh(pred, target) {
    return tf.tidy(() => {
      const yes = tf.greater(fromLogits ? tf.sigmoid(pred) : pred, thresh)
      const wanted = tf.greater(tf.reshape(tf.cast(target, 'float32'), pred.shape), 0.5)
      return tf.mean(tf.cast(tf.equal(yes, wanted), 'float32')) as tf.Scalar
    })
  }
}

function classIndices(target: tf.Tensor): tf.Tensor {
  return target.rank === 1 ? tf.cast(target, 'int32') : tf.argMax(target, -1)
}
