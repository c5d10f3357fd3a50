import type { Better, Tensors } from '@onecycle/callbacks'
import { show, typeError } from '@onecycle/platform'
import { type Scalar, Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import { eachWithItsTarget } from './each-with-its-target.js'
import { perSample, sumOf, weighted, weightedMean } from './weighted-mean.js'

/**
 * Measures predictions against targets: the mean over the batch, as a differentiable scalar.
 *
 * Any function of that shape will do. For data with weights of samples it takes these, [batch], as a third parameter, and gives the
 * weighted mean `sum(weight * loss) / sum(weight)`; {@link lossFunction} makes one of losses of samples. With `activation`, `predict` and `get_preds` know how to turn the model's output
 * into what it stands for (logits into probabilities, say).
 *
 * @example
 * const huber: LossFunction = (pred, target) => tf.losses.huberLoss(target as tf.Tensor, pred as tf.Tensor)
 */
export type LossFunction = {
  // Written as a method so that a loss over single tensors is accepted where several would be possible.
  compute(pred: Tensors, target: Tensors, weights?: Tensor): Scalar
}['compute'] & {
  /** The loss of each sample, [batch]: what the loss is the mean of. {@link lossFunction}s have it. */
  readonly each?: (pred: Tensors, target: Tensors) => Tensor1D
  /** How much what it is the mean of counts by itself, [batch, ...], where that differs: the weight of its class. */
  readonly counts?: ((pred: Tensors, target: Tensors) => Tensor) | undefined
  readonly activation?: (pred: Tensor) => Tensor
  /** Which way it is better as a metric; {@link lossFunction}s are better when lower. */
  readonly better?: Better
  /** The loss that it is a form of: both go with the same models. */
  readonly like?: LossFunction
  /** Of a model with several outputs: the loss of each, in the model's order. */
  readonly heads?: readonly HeadLoss[]
}

/** The loss of one output among several. */
export interface HeadLoss {
  readonly name: string
  readonly loss: LossFunction
  /** What it is multiplied with in the sum. */
  readonly weight: number
}

/** What a loss of one's own says of itself: what predictions stand for, how much each counts, and a quicker way to the mean. */
export interface LossFunctionOptions {
  /** What turns the model's output into what it stands for, such as `tf.sigmoid` for logits. Default: it stands for itself. */
  activation?: ((pred: Tensor) => Tensor) | undefined
  /**
   * How much each sample or element counts by itself, [batch, ...]: `losses` are times that already, and the mean is their sum by the sum of
   * these. Default: all the same.
   */
  counts?: ((pred: Tensor, target: Tensor) => Tensor) | undefined
  /** A quicker way to the mean of all losses, by the weights where there are any. */
  mean?: ((pred: Tensor, target: Tensor, weights?: Tensor) => Tensor) | undefined
}

/**
 * A loss for one tensor of predictions and one of targets, of what each sample or each of its elements loses. Weights of samples, and
 * whoever asks for the loss of each sample, are seen to.
 *
 * @param name what messages and tables show
 * @param losses [batch, ...], made of predictions and targets by differentiable operations
 * @example
 * const huber = lossFunction('huber', (pred, target) => {
 *   const error = tf.abs(tf.sub(pred, target))
 *   return tf.where(tf.less(error, 1), tf.div(tf.square(error), 2), tf.sub(error, 0.5))
 * })
 */
export function lossFunction(
  name: string,
  losses: (pred: Tensor, target: Tensor) => Tensor,
  options: LossFunctionOptions = {},
): LossFunction {
  const { activation, counts, mean } = options
  const one = (pred: Tensors, target: Tensors) => {
    if (Array.isArray(pred) || Array.isArray(target)) {
      throw typeError(
        'one-output',
        `${name} compares one tensor of predictions with one of targets, but got ${count(pred)} and ${count(target)}. ` +
          'For a model with several outputs give the data targets by their names, y: { a, b }, or add up losses yourself: ' +
          'loss: ([a, b], [ya, yb]) => tf.add(...).',
      )
    }
    return [pred, target] as const
  }
  const loss = (pred: Tensors, target: Tensors, weights?: Tensor) => {
    const pair = one(pred, target)
    return tidy(() => (mean ? mean(...pair, weights) : weightedMean(losses(...pair), weights, counts?.(...pair)))) as Scalar
  }
  const each = (pred: Tensors, target: Tensors) => {
    const pair = one(pred, target)
    return tidy(() => perSample(losses(...pair), counts?.(...pair)))
  }
  Object.defineProperty(loss, 'name', { value: name })
  return Object.assign(
    loss,
    { better: 'lower', each } as const,
    activation && { activation },
    counts && { counts: (pred: Tensors, target: Tensors) => counts(...one(pred, target)) },
  )
}

/** The loss of predictions, each with its own target. Throws TypeError where it is no scalar, or does not take the samples' weights. */
export function lossOn(loss: LossFunction, pred: Tensors, target: Tensors, weights?: Tensor): Scalar {
  if (!weights) return requireScalar(eachWithItsTarget(loss, loss, pred, target))
  requireWeighs('loss', loss.name, loss)
  return requireScalar(eachWithItsTarget(loss, (p: Tensors, t: Tensors) => loss(p, t, weights), pred, target))
}

/** What the loss of a batch counts in a mean over batches: its samples, or what weights and the loss itself say. */
export function totalOn(
  { counts }: Pick<LossFunction, 'counts'>,
  pred: Tensors,
  target: Tensors,
  weights: Tensor | undefined,
  samples: number,
): number | Promise<number> {
  if (!counts) return weights ? sumOf(weights) : samples
  const counted = tidy(() => weighted(counts(pred, target), weights))
  return sumOf(counted).finally(() => counted.dispose())
}

/** What a model's output stands for, by its loss: probabilities for logits, say. */
export function readAs({ activation, heads }: LossFunction, pred: Tensors): Tensors {
  if (pred instanceof Tensor) return activation ? activation(pred) : pred
  return heads ? pred.map((each, i) => readAs(heads[i]!.loss, each) as Tensor) : pred
}

/** @throws TypeError for a function that knows nothing of weights: what it gives for a batch would not be the weighted mean. */
export function requireWeighs(what: 'loss' | 'metric', name: string, given: (...parameters: never[]) => unknown): void {
  if (given.length >= 3) return
  throw typeError(
    'cannot-weigh',
    `The data has weights of samples, but the ${what} ${name || 'given'} takes two parameters, (pred, target), and so cannot weigh. Let it take the ` +
      `weights as a third, without a default, and give sum(weight * figure) / sum(weight), or make the ${what} with lossFunction.`,
  )
}

/**
 * What a loss function has returned, if it is a scalar.
 *
 * @throws TypeError for all else, such as a loss for each sample, of which the first would be taken for the whole
 */
export function requireScalar(loss: unknown): Scalar {
  if (loss instanceof Tensor && loss.rank === 0) return loss as Scalar
  throw typeError(
    'loss-not-scalar',
    `The loss is ${show(loss)}; expected a scalar, such as the mean over the batch: tf.mean(...).`,
  )
}

function count(tensors: Tensors): number {
  return Array.isArray(tensors) ? tensors.length : 1
}
