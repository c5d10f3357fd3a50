import * as tf from '@tensorflow/tfjs-core'
import { dropoutBound, dropoutMask } from './dropout-mask.js'

export interface AttendOptions {
  readonly heads: number
  /** Which keys a query may look at, bool [batch or 1, queries or 1, keys]. Default all. */
  readonly mask?: tf.Tensor | undefined
  /** Whether query i looks at the keys up to i alone. */
  readonly causal?: boolean
  /** Part of the weights that is left out, and the 32 bits that decide which. */
  readonly dropout?: { readonly rate: number; readonly seed: number } | undefined
}

/** Our own kernel, which never has all weights in memory. */
const fusedKernel = 'ScaledDotProductAttention'

/**
 * What each query finds among the values: their sum, weighted by softmax(q k / sqrt(size)) over the keys that it may look at. A query that may look at none
 * finds 0, and passes no gradient on. Each head has its part of the last axis.
 *
 * Source: Vaswani et al. 2017 (arXiv:1706.03762).
 *
 * @param q [batch, queries, heads x size]
 * @param k [batch, keys, heads x size]
 * @param v [batch, keys, heads x values]
 * @returns [batch, queries, heads x values]
 */
export function attend(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, options: AttendOptions): tf.Tensor3D {
  const floats = [q, k, v].every(({ dtype }) => dtype === 'float32')
  // A gradient inside another is differentiated in turn, which our kernel cannot be.
  const nested = tf.engine().state.gradientDepth > 1
  return floats && !nested && tf.getKernel(fusedKernel, tf.getBackend())
    ? fused(q, k, v, options)
    : tf.tidy(() => composed(q, k, v, options))
}

function fused(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, options: AttendOptions): tf.Tensor3D {
  const { heads, mask, causal = false, dropout = { rate: 0, seed: 0 } } = options
  const attrs = { heads, causal, rate: dropout.rate, bound: dropoutBound(dropout.rate), seed: dropout.seed }
  const inputs = (mask ? [q, k, v, mask] : [q, k, v]) as unknown as tf.NamedTensorMap
  const [y] = tf.engine().runKernel(fusedKernel, inputs, attrs) as unknown as [tf.Tensor3D, tf.Tensor]
  return y
}

/** Less than any score, and no infinity: softmax of a row of them has to be finite. */
const NEVER = -1e30

function composed(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, options: AttendOptions): tf.Tensor3D {
  const { heads, mask, causal = false, dropout } = options
  const [batch, queries] = q.shape
  const keys = k.shape[1]
  const sizes = [batch, queries, keys, q.shape[2] / heads, v.shape[2] / heads]
  if (sizes.includes(0)) return tf.zeros([batch, queries, v.shape[2]])
  const scores = tf.mul(tf.matMul(byHead(q, heads), byHead(k, heads), false, true), 1 / Math.sqrt(q.shape[2] / heads))
  const visible = visibleKeys(queries, keys, mask, causal)
  let weights = tf.softmax(visible ? tf.where(visible, scores, tf.fill(scores.shape, NEVER)) : scores)
  // Else a query that may look at nothing would look at everything.
  if (mask) weights = tf.mul(weights, tf.cast(visible!, 'float32'))
  if (dropout && dropout.rate > 0)
    weights = tf.mul(weights, tf.tensor(dropoutMask(weights.size, dropout.rate, dropout.seed), weights.shape))
  const found = tf.transpose(tf.matMul(weights, byHead(v, heads)), [0, 2, 1, 3])
  return tf.reshape(found, [batch, queries, v.shape[2]])
}

/** [batch, length, heads x size] as [batch, heads, length, size]. */
function byHead(x: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [batch, length, width] = x.shape
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3])
}

/** bool [batch or 1, 1, queries or 1, keys], undefined where all are. */
function visibleKeys(queries: number, keys: number, mask: tf.Tensor | undefined, causal: boolean): tf.Tensor | undefined {
  const given = mask && tf.expandDims(mask, 1)
  if (!causal) return given
  const before = tf.greaterEqual(tf.reshape(tf.range(0, queries), [1, 1, queries, 1]), tf.range(0, keys))
  return given ? tf.logicalAnd(given, before) : before
}
