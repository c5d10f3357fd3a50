import * as tf from '@tensorflow/tfjs-core'
import { lossFunction, shapeMismatch } from './loss-function.js'

const expected = 'logits [batch, classes] with class indices [batch] (int32) or class probabilities [batch, classes] (float32)'

/**
 * Softmax cross-entropy of logits: `mean(-log softmax(pred)[target])`.
 *
 * `pred` is [batch, classes], not passed through a softmax; `target` is [batch] class indices (int32), or [batch, classes]
 * probabilities (float32), as mixup and label smoothing give them. Source: PyTorch's `nn.CrossEntropyLoss`.
 *
 * @throws RangeError when the shapes do not fit.
 * @example
 * cross_entropy(tf.tensor2d([[2, -1]]), tf.tensor1d([0], 'int32')).dataSync()  // [0.0486]
 */
export const cross_entropy = lossFunction(
  'cross_entropy',
  (pred, target) => tf.tidy(() => crossEntropyOfLogits(pred as tf.Tensor2D, classProbabilities('cross_entropy', pred, target))),
  pred => tf.softmax(pred),
)

/**
 * Cross-entropy of probabilities: for models whose last layer already is a softmax. Shapes as {@link cross_entropy};
 * probabilities are kept above 1e-7, below which float32 logarithms lose their meaning.
 */
export const probability_cross_entropy = lossFunction('probability_cross_entropy', (pred, target) =>
  tf.tidy(() => {
    const wanted = classProbabilities('probability_cross_entropy', pred, target)
    const logs = tf.log(tf.clipByValue(pred, 1e-7, 1))
    return tf.neg(tf.mean(tf.sum(tf.mul(wanted, logs), -1))) as tf.Scalar
  }),
)

// One gradient, (softmax - target) / batch, in place of the chain that automatic differentiation would record.
function crossEntropyOfLogits(logits: tf.Tensor2D, wanted: tf.Tensor2D): tf.Scalar {
  const loss = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc]
    const logProbabilities = tf.logSoftmax(x)
    save([logProbabilities, wanted])
    const share = 1 / x.shape[0]
    return {
      value: tf.mul(tf.sum(tf.mul(wanted, logProbabilities)), -share),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(tf.sub(tf.exp(saved[0]!), saved[1]!), tf.mul(dy, share)),
    }
  })
  return loss(logits) as tf.Scalar
}

function classProbabilities(loss: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor2D {
  const [batch, classes] = pred.shape
  const isIndices = target.rank === 1 && target.dtype !== 'float32'
  const fits = isIndices
    ? target.shape[0] === batch
    : target.rank === 2 && target.shape[0] === batch && target.shape[1] === classes
  if (pred.rank !== 2 || !fits) throw shapeMismatch(loss, pred, target, expected)
  if (!isIndices) return target as tf.Tensor2D
  // The cast is a step of its own because wasm's OneHot writes integers whatever type it is asked for.
  return tf.tidy(() => tf.cast(tf.oneHot(tf.cast(target, 'int32') as tf.Tensor1D, classes!), 'float32') as tf.Tensor2D)
}
