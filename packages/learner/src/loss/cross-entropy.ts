import * as tf from '@tensorflow/tfjs-core'
import { pure } from '../replay/replayable.js'
import { softmax } from './activations.js'
import { lossFunction } from './loss-function.js'
import { areClassIndices, as } from './targets.js'

/**
 * Softmax cross-entropy of logits: `mean(-log softmax(pred)[target])`.
 *
 * `pred` is [batch, classes], not passed through a softmax; `target` is [batch] class indices (int32), or [batch, classes]
 * probabilities (float32), as mixup and label smoothing give them. With a class for each step or pixel they are [batch, ..., classes] and
 * [batch, ...], of which all count the same. Differentiable by `pred`; targets count as constants.
 * Source: PyTorch's `nn.CrossEntropyLoss`.
 *
 * @throws RangeError when the shapes do not fit, or (on the cpu and wasm backends, and on tfjs-node without a GPU) an index is no class.
 * @example
 * cross_entropy(tf.tensor2d([[2, -1]]), tf.tensor1d([0], 'int32')).dataSync()  // [0.0486]
 */
export const cross_entropy = pure(
  lossFunction(
    'cross_entropy',
    (pred, target) => tf.neg(tf.sum(tf.mul(classShares('cross_entropy', pred, target), tf.logSoftmax(pred)), -1)),
    { activation: softmax, mean },
  ),
)

/** In one step, with a gradient of its own in place of the chain that automatic differentiation would record. */
function mean(logits: tf.Tensor, given: tf.Tensor, weights?: tf.Tensor): tf.Tensor {
  if (weights) return mean(logits, weighedShares(logits, given, weights))
  const indices = areClassIndices('cross_entropy', logits, given)
  const flat = logits.rank === 2
  const pred = flat ? logits : tf.reshape(logits, [-1, logits.shape.at(-1)!])
  const target = flat ? given : tf.reshape(given, indices ? [-1] : pred.shape)
  // A gradient inside another is differentiated in turn: our kernel has no second one, and what is worked out below counts as constant.
  const nested = tf.engine().state.gradientDepth > 1
  if (!nested && tf.getKernel(fusedKernel, tf.getBackend()))
    return fusedCrossEntropy(pred, as(indices ? 'int32' : 'float32', target))
  const wanted = indices ? oneHot(target, pred) : tf.cast(target, 'float32')
  const loss = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    const logs = tf.logSoftmax(x)
    save([nested ? x : logs, wanted])
    const share = 1 / x.shape[0]!
    return {
      value: tf.mul(tf.sum(tf.mul(wanted, logs)), -share),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [known, wanted] = saved as [tf.Tensor, tf.Tensor]
        const probabilities = nested ? tf.softmax(known) : tf.exp(known)
        // Soft targets need not add up to 1.
        const given = indices ? probabilities : tf.mul(probabilities, tf.sum(wanted, -1, true))
        return tf.mul(tf.sub(given, wanted), tf.mul(dy, share))
      },
    }
  })
  return loss(pred)
}

/** Targets whose plain mean is the weighted one: the loss is linear in them. */
function weighedShares(pred: tf.Tensor, target: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  const scaled = tf.div(weights, tf.maximum(tf.mean(weights), 1e-30))
  return tf.mul(
    classShares('cross_entropy', pred, target),
    tf.reshape(scaled, [...weights.shape, ...new Array<number>(pred.rank - weights.rank).fill(1)]),
  )
}

// Our own kernel, which returns the loss and its gradient at once: a short step of a small network waits for the kernels' number.
const fusedKernel = 'SoftmaxCrossEntropy'

function fusedCrossEntropy(logits: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const [loss] = tf.engine().runKernel(fusedKernel, { logits, target }) as unknown as [tf.Tensor, tf.Tensor]
  return loss
}

/**
 * Cross-entropy of probabilities: for models whose last layer already is a softmax. Shapes and errors as
 * {@link cross_entropy}. Probabilities are kept above 1e-7; below, the gradient is 0, which is why logits train better.
 *
 * @example
 * probability_cross_entropy(tf.tensor2d([[0.9, 0.1]]), tf.tensor1d([0], 'int32')).dataSync()   // [0.105]
 */
export const probability_cross_entropy = pure(
  lossFunction('probability_cross_entropy', (pred, target) => {
    const wanted = classShares('probability_cross_entropy', pred, target)
    return tf.neg(tf.sum(tf.mul(wanted, tf.log(tf.clipByValue(pred, 1e-7, 1))), -1))
  }),
)

/** Targets as shares of the classes. */
export function classShares(loss: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  return areClassIndices(loss, pred, target) ? oneHot(target, pred) : as('float32', target)
}

// The cast is a step of its own because wasm's OneHot writes integers whatever type it is asked for.
function oneHot(indices: tf.Tensor, pred: tf.Tensor): tf.Tensor {
  return tf.cast(tf.oneHot(tf.cast(indices, 'int32'), pred.shape.at(-1)!), 'float32')
}
