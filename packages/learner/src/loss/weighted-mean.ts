import * as tf from '@tensorflow/tfjs-core'

/**
 * The mean of figures [batch, ...], each by its weight: `sum(weight * figure) / sum(weight)`. Without weights it is the plain mean; where
 * all weights are 0 it is 0.
 *
 * It is scikit-learn's `sample_weight`, and what Keras's metrics do; Keras's losses divide by the number of samples, so that the rate of a
 * step depends on the weights of its batch.
 *
 * @param weights [batch], or with further axes of the figures: of steps or pixels
 * @param counts where figures are sums already: of how much, in their shape
 */
export function weightedMean(figures: tf.Tensor, weights?: tf.Tensor, counts?: tf.Tensor): tf.Scalar {
  if (counts) return tf.div(tf.sum(weighted(figures, weights)), above0(tf.sum(weighted(counts, weights))))
  if (!weights) return tf.mean(figures)
  return tf.div(tf.sum(tf.mul(upTo(weights.rank, figures, tf.mean), weights)), above0(tf.sum(weights)))
}

/** Figures [batch, ...] as one for each sample: the mean of its own, by what they count. */
export function perSample(figures: tf.Tensor, counts?: tf.Tensor): tf.Tensor1D {
  if (!counts) return upTo(1, figures, tf.mean) as tf.Tensor1D
  return tf.div(upTo(1, figures, tf.sum), above0(upTo(1, counts, tf.sum)))
}

/** What figures that are sums count, or their sums, by the weights of samples or places. */
export function weighted(counts: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  return weights ? tf.mul(upTo(weights.rank, counts, tf.sum), weights) : counts
}

/** In float64, away from the device. */
export async function sumOf(tensor: tf.Tensor): Promise<number> {
  let sum = 0
  for (const value of await tensor.data()) sum += value
  return sum
}

/** Without the axes from the n-th on, over which `reduce` goes. */
function upTo(n: number, tensor: tf.Tensor, reduce: typeof tf.mean | typeof tf.sum): tf.Tensor {
  if (tensor.rank <= n) return tensor
  return reduce(tensor, tensor.shape.map((_, axis) => axis).slice(n))
}

function above0(total: tf.Tensor): tf.Tensor {
  return tf.maximum(total, 1e-30)
}
