import * as tf from '@tensorflow/tfjs-core'

/**
 * The mean of figures [batch, ...], each sample by its weight: `sum(weight * figure) / sum(weight)`. Without weights it is the plain mean;
 * where all weights are 0 it is 0.
 *
 * It is scikit-learn's `sample_weight`, and what Keras's metrics do; Keras's losses divide by the number of samples, so that the rate of a
 * step depends on the weights of its batch.
 */
export function weightedMean(figures: tf.Tensor, weights?: tf.Tensor1D): tf.Scalar {
  if (!weights) return tf.mean(figures)
  const shares = tf.div(weights, tf.maximum(tf.sum(weights), 1e-30))
  return tf.sum(tf.mul(perSample(figures), shares))
}

/** What a weighted mean counts among others. */
export async function totalOf(weights: tf.Tensor1D): Promise<number> {
  let total = 0
  for (const weight of await weights.data()) total += weight
  return total
}

/** Figures [batch, ...] as one for each sample, the mean of its own. */
export function perSample(figures: tf.Tensor): tf.Tensor1D {
  const samples = figures.shape[0] ?? 1
  return figures.rank <= 1 ? (figures as tf.Tensor1D) : tf.mean(tf.reshape(figures, [samples, -1]), 1)
}
