import { checkOptions, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { areClassIndices, asPredictions } from '../loss/targets.js'
import { weightedMean } from '../loss/weighted-mean.js'
import type { MetricFunction, Predictions } from './metric.js'

/**
 * Share of samples whose most likely class is the target.
 *
 * `pred` is [batch, classes] logits or probabilities; `target` [batch] class indices (int32), or [batch, classes] one-hot
 * or soft labels, of which the largest counts. Among equals the first class counts. Source: fastai's `accuracy`.
 *
 * In a Learner whose units each say yes or no (binary cross-entropy, or one unit behind a sigmoid) it is the share of right
 * answers at the probability 0.5.
 *
 * @throws RangeError when the shapes do not fit, as for a single unit outside a Learner: use {@link accuracy_thresh} there.
 * @example
 * accuracy(tf.tensor2d([[2, 1], [0, 3]]), tf.tensor1d([0, 0], 'int32')).dataSync()  // [0.5]
 */
export function accuracy(pred: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const wanted = classIndices('accuracy', pred, target)
    return share(tf.equal(tf.argMax(pred, -1), wanted), weights)
  })
}
accuracy.better = 'higher' as const
accuracy.follow = (predictions: Predictions) => (predictions.binary ? rightAnswers('accuracy', predictions) : accuracy)

/**
 * Share of samples whose most likely class is not the target: 1 - {@link accuracy}. Source: fastai's `error_rate`.
 *
 * @example
 * new Learner(data, model, { metrics: [error_rate, accuracy] })
 */
export function error_rate(pred: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  return tf.tidy(() => {
    const wanted = classIndices('error_rate', pred, target)
    return share(tf.notEqual(tf.argMax(pred, -1), wanted), weights)
  })
}
error_rate.better = 'lower' as const
error_rate.follow = (predictions: Predictions) => {
  if (!predictions.binary) return error_rate
  const right = rightAnswers('error_rate', predictions)
  const metric: TensorMetric = (pred, target, weights) => tf.tidy(() => tf.sub<tf.Scalar>(1, right(pred, target, weights)))
  return metric
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
export function top_k_accuracy(k = 5): TensorMetric & Pick<MetricFunction, 'better'> {
  if (!Number.isInteger(k) || k < 1)
    throw rangeError('not-a-count', `top_k_accuracy got k = ${show(k)}, but expects a positive integer.`)
  const name = `top_${k}_accuracy`
  const metric: TensorMetric = (pred, target, weights) =>
    tf.tidy(() => {
      const wanted = tf.expandDims(classIndices(name, pred, target), -1)
      const { indices } = tf.topk(pred, Math.min(k, pred.shape.at(-1)!))
      return share(tf.any(tf.equal(indices, wanted), -1), weights)
    })
  return Object.assign(Object.defineProperty(metric, 'name', { value: name }), { better: 'higher' } as const)
}

/** What `accuracy_thresh` is given: from which probability on a label is predicted, and whether predictions are logits. */
export interface AccuracyThreshOptions {
  /** The probability above which a prediction says yes. Default 0.5. */
  thresh?: number
  /**
   * Whether predictions are logits and must pass a sigmoid first. Default in a Learner: whether they are, by its loss or by what its
   * model ends in; elsewhere true.
   */
  fromLogits?: boolean
}

/**
 * Share of elements on the right side of a threshold: for one yes or no, or several independent ones.
 *
 * `pred` is [batch] or [batch, k], `target` the same with 0 or 1 (above 0.5 is yes); [batch] fits [batch, 1].
 * Source: fastai's `accuracy_thresh`.
 *
 * @throws RangeError when the shapes do not fit, or the threshold is no probability; TypeError from a Learner whose predictions are
 * not what `fromLogits` says.
 * @example
 * new Learner(data, model, { metrics: [accuracy_thresh()] })
 */
export function accuracy_thresh(options: AccuracyThreshOptions = {}): TensorMetric & Pick<MetricFunction, 'better' | 'follow'> {
  checkOptions<AccuracyThreshOptions>('accuracy_thresh', options, { thresh: kind.any, fromLogits: kind.boolean })
  const { thresh = 0.5, fromLogits } = options
  if (!(typeof thresh === 'number' && thresh >= 0 && thresh <= 1)) {
    throw rangeError('number-range', `accuracy_thresh got thresh = ${show(thresh)}, but expects a probability from 0 to 1.`)
  }
  const name = 'accuracy_thresh'
  const follow = (predictions: Predictions) => {
    const { holds = fromLogits === false ? 'probabilities' : 'logits' } = predictions
    if (fromLogits !== undefined && fromLogits !== (holds === 'logits') && options.thresh === undefined)
      throw typeError(
        'wrong-activation',
        `accuracy_thresh({ fromLogits: ${fromLogits} }) does not fit the model's output, which holds ${holds}: leave fromLogits out.`,
      )
    return rightAnswers(name, { holds: fromLogits === undefined ? holds : fromLogits ? 'logits' : 'probabilities' }, thresh)
  }
  const alone = rightAnswers(name, { holds: fromLogits === false ? 'probabilities' : 'logits' }, thresh)
  return Object.assign(alone, { better: 'higher', follow } as const)
}

type TensorMetric = (pred: tf.Tensor, target: tf.Tensor, weights?: tf.Tensor) => tf.Scalar

/** The share of yes and no that are right, under the name of the metric that asks. What holds neither is taken for logits. */
function rightAnswers(name: string, { holds }: Pick<Predictions, 'holds'>, thresh = 0.5): TensorMetric {
  const metric: TensorMetric = (pred, target, weights) =>
    tf.tidy(() => {
      const wanted = tf.greater(asPredictions(name, pred, target), 0.5)
      return share(tf.equal(tf.greater(holds === 'probabilities' ? pred : tf.sigmoid(pred), thresh), wanted), weights)
    })
  return Object.defineProperty(metric, 'name', { value: name })
}

function classIndices(metric: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  return areClassIndices(metric, pred, target) ? tf.cast(target, 'int32') : tf.argMax(target, -1)
}

function share(hits: tf.Tensor, weights?: tf.Tensor): tf.Scalar {
  return weightedMean(tf.cast(hits, 'float32'), weights)
}

keepNames({ accuracy, error_rate, accuracy_thresh, top_k_accuracy })
