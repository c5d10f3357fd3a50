import type { Better, Tensors } from '@onecycle/callbacks'
import { show } from '@onecycle/platform'
import { type Scalar, Tensor, tidy } from '@tensorflow/tfjs-core'
import { eachWithItsTarget } from './each-with-its-target.js'

/**
 * Measures predictions against targets: the mean over the batch, as a differentiable scalar.
 *
 * Any function of that shape will do. With `activation`, `predict` and `get_preds` know how to turn the model's output
 * into what it stands for (logits into probabilities, say).
 *
 * @example
 * const huber: LossFunction = (pred, target) => tf.losses.huberLoss(target as tf.Tensor, pred as tf.Tensor)
 */
export type LossFunction = {
  // Written as a method so that a loss over single tensors is accepted where several would be possible.
  compute(pred: Tensors, target: Tensors): Scalar
}['compute'] & {
  readonly activation?: (pred: Tensor) => Tensor
  /** Which way it is better as a metric; {@link lossFunction}s are better when lower. */
  readonly better?: Better
  /** The loss that it is a form of: both go with the same models. */
  readonly like?: LossFunction
}

/** A loss over one tensor of predictions and one of targets, under the name that messages and tables show. */
export function lossFunction(
  name: string,
  compute: (pred: Tensor, target: Tensor) => Tensor,
  activation?: (pred: Tensor) => Tensor,
): LossFunction {
  const loss = (pred: Tensors, target: Tensors) => {
    if (Array.isArray(pred) || Array.isArray(target)) {
      throw new TypeError(
        `${name} compares one tensor of predictions with one of targets, but got ${count(pred)} and ${count(target)}. ` +
          'A model with several outputs needs a loss of your own that adds up theirs: loss: ([a, b], [ya, yb]) => tf.add(...).',
      )
    }
    return tidy(() => compute(pred, target)) as Scalar
  }
  Object.defineProperty(loss, 'name', { value: name })
  return Object.assign(loss, { better: 'lower' } as const, activation && { activation })
}

/** The loss of predictions, each with its own target. Throws TypeError where it is no scalar. */
export function lossOn(loss: LossFunction, pred: Tensors, target: Tensors): Scalar {
  return requireScalar(eachWithItsTarget(loss, loss, pred, target))
}

/**
 * What a loss function has returned, if it is a scalar.
 *
 * @throws TypeError for all else, such as a loss for each sample, of which the first would be taken for the whole
 */
export function requireScalar(loss: unknown): Scalar {
  if (loss instanceof Tensor && loss.rank === 0) return loss as Scalar
  throw new TypeError(`The loss is ${show(loss)}; expected a scalar, such as the mean over the batch: tf.mean(...).`)
}

function count(tensors: Tensors): number {
  return Array.isArray(tensors) ? tensors.length : 1
}
