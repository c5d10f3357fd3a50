import * as tf from '@tensorflow/tfjs-core'
import { areClassIndices, asPredictions } from '../loss/targets.js'

/**
 * Share of samples whose most likely class is the target.
 *
 * `pred` is [batch, classes] logits or probabilities; `target` [batch] class indices (int32), or [batch, classes] one-hot
 * or soft labels, of which the largest counts. Among equals the first class counts. Source: fastai's `accuracy`.
 *
 * @throws RangeError when the shapes do not fit, as for a single unit: use {@link accuracy_thresh} there.
 * @example
 * accuracy(tf.tensor2d([[2, 1], [0, 3]]), tf.tensor1d([0, 0], 'int32')).dataSync()  // [0.5]
 */
export function accuracy(pred: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.tidy(() => share(tf.equal(tf.argMax(pred, -1), classIndices('accuracy', pred, target))))
}

/** Share of samples whose most likely class is not the target: 1 - {@link accuracy}. Source: fastai's `error_rate`. */
export function error_rate(pred: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return tf.tidy(() => share(tf.notEqual(tf.argMax(pred, -1), classIndices('error_rate', pred, target))))
}

/**
 * Share of samples whose target is among the k most likely classes; the column is named after k, as `top_5_accuracy`.
 * Shapes and errors as {@link accuracy}; among equals the first classes count, so that k = 1 is accuracy.
 * Source: fastai's `top_k_accuracy`.
 *
 * @param k default 5; where there are fewer classes, all of them
 * @throws RangeError when k is not a positive integer.
 * @example
 * new Learner(data, model, { metrics: [accuracy, top_k_accuracy(3)] })
 */
export function top_k_accuracy(k = 5): (pred: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`top_k_accuracy got k = ${k}, but expects a positive integer.`)
  const name = `top_${k}_accuracy`
  const metric = (pred: tf.Tensor, target: tf.Tensor) =>
    tf.tidy(() => {
      const wanted = tf.expandDims(classIndices(name, pred, target), -1)
      const { indices } = tf.topk(pred, Math.min(k, pred.shape[1]!))
      return share(tf.any(tf.equal(indices, wanted), -1))
    })
  return Object.defineProperty(metric, 'name', { value: name })
}

export interface AccuracyThreshOptions {
  /** The probability above which a prediction says yes. Default 0.5. */
  thresh?: number
  /** Whether predictions are logits and must pass a sigmoid first; false for a model that ends in one. Default true. */
  fromLogits?: boolean
}

/**
 * Share of elements on the right side of a threshold: for one yes or no, or several independent ones.
 *
 * `pred` is [batch] or [batch, k], `target` the same with 0 or 1 (above 0.5 is yes); [batch] fits [batch, 1].
 * Source: fastai's `accuracy_thresh`.
 *
 * @throws RangeError when the shapes do not fit, or the threshold is no probability.
 * @example
 * new Learner(data, sigmoidModel, { metrics: [accuracy_thresh({ fromLogits: false })] })
 */
export function accuracy_thresh(options: AccuracyThreshOptions = {}): (pred: tf.Tensor, target: tf.Tensor) => tf.Scalar {
  const { thresh = 0.5, fromLogits = true } = options
  if (!(thresh >= 0 && thresh <= 1)) {
    throw new RangeError(`accuracy_thresh got thresh = ${thresh}, but expects a probability from 0 to 1.`)
  }
  return function accuracy_thresh(pred, target) {
    return tf.tidy(() => {
      const wanted = tf.greater(asPredictions('accuracy_thresh', pred, target), 0.5)
      return share(tf.equal(tf.greater(fromLogits ? tf.sigmoid(pred) : pred, thresh), wanted))
    })
  }
}

function classIndices(metric: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  return areClassIndices(metric, pred, target) ? tf.cast(target, 'int32') : tf.argMax(target, -1)
}

function share(hits: tf.Tensor): tf.Scalar {
  return tf.mean(tf.cast(hits, 'float32')) as tf.Scalar
}
