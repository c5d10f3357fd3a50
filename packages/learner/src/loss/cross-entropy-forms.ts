import { checkNumber, checkOptions, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { pure } from '../replay/replayable.js'
import { classShares, cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import { type LossFunction, lossFunction } from './loss-function.js'

/** What all forms of cross-entropy can be told. */
export interface CrossEntropyOptions {
  /** How much each class counts, one number per class; those of rare classes are larger: `samples / (classes * samples of the class)`, say. */
  weight?: readonly number[] | undefined
  /** Whether predictions are logits; false for a model that ends in a softmax. Default true. */
  fromLogits?: boolean | undefined
}

/** What `label_smoothing_cross_entropy` is given: the part of the target that all classes share. */
export interface LabelSmoothingOptions extends CrossEntropyOptions {
  /** The share of each target that is spread evenly over all classes. Default 0.1. */
  eps?: number | undefined
}

/** What `focal_loss` is given: how much less what is easy counts, and weights of the classes. */
export interface FocalLossOptions extends CrossEntropyOptions {
  /** How little what is known already counts: 0 is the plain cross-entropy. Default 2. */
  gamma?: number | undefined
}

const kinds = { weight: kind.listOf(kind.number), fromLogits: kind.boolean }

/**
 * Cross-entropy in which some classes count more than others: the mean is by the weights of the samples' classes, as if each sample had that
 * one, and weights of samples multiply with them. Shapes and errors as {@link cross_entropy}.
 *
 * Source: PyTorch's `CrossEntropyLoss(weight)`. Batches count by the sum of their weights, in a validation and where gradients are gathered.
 *
 * @throws TypeError without weights, or for an unknown option; RangeError for a weight below 0. At the first batch: RangeError where there are not
 * as many weights as classes.
 * @example
 * new Learner(data, model, { loss: weighted_cross_entropy({ weight: [1, 20] }) })
 */
export function weighted_cross_entropy(options: CrossEntropyOptions): LossFunction {
  checkOptions<CrossEntropyOptions>('weighted_cross_entropy', options, kinds)
  if (options.weight === undefined)
    throw typeError(
      'class-weights',
      'weighted_cross_entropy needs weight, one number per class: weighted_cross_entropy({ weight: [1, 20] }).',
    )
  return form('weighted_cross_entropy', options)
}

/**
 * Cross-entropy against targets that are not quite sure, so that the model is not driven to be: `(1 - eps) target + eps / classes`.
 * Weights of classes weigh each part, and the mean is by those of the samples' own, as in PyTorch. Shapes and errors as {@link cross_entropy}.
 * Sources: Szegedy et al. 2016; fastai's `LabelSmoothingCrossEntropy`; PyTorch's `CrossEntropyLoss(label_smoothing)`.
 *
 * @throws RangeError when eps is not from 0 to 1; else as {@link weighted_cross_entropy}.
 * @example
 * new Learner(data, model, { loss: label_smoothing_cross_entropy({ eps: 0.1 }), metrics: 'accuracy' })
 */
export function label_smoothing_cross_entropy(options: LabelSmoothingOptions = {}): LossFunction {
  checkOptions<LabelSmoothingOptions>('label_smoothing_cross_entropy', options, { ...kinds, eps: kind.number })
  const { eps = 0.1 } = options
  return form('label_smoothing_cross_entropy', options, { eps: checkNumber('eps', eps, { min: 0, max: 1 }) })
}

/**
 * Cross-entropy in which samples count the less, the better they are known: each times `(1 - probability)^gamma`, for classes that
 * are rare and hard among many easy samples. The mean is by their number, with weights of classes too, as in fastai. Shapes and errors as
 * {@link cross_entropy}; for yes or no: {@link binary_focal_loss}. Sources: Lin et al. 2017; fastai's `FocalLoss`.
 *
 * @throws RangeError when gamma is below 0; else as {@link weighted_cross_entropy}.
 * @example
 * new Learner(data, model, { loss: focal_loss({ gamma: 2 }) })
 */
export function focal_loss(options: FocalLossOptions = {}): LossFunction {
  checkOptions<FocalLossOptions>('focal_loss', options, { ...kinds, gamma: kind.number })
  const { gamma = 2 } = options
  return form('focal_loss', options, { gamma: checkNumber('gamma', gamma, { min: 0 }), counted: false })
}

/** -sum over classes of weight * target * (1 - p)^gamma * log p: one number a sample. */
function form(
  name: string,
  { weight: given, fromLogits = true }: CrossEntropyOptions,
  { eps = 0, gamma = 0, counted = true } = {},
): LossFunction {
  const weight = given && [...given]
  for (const [i, each] of weight?.entries() ?? []) checkNumber(`${name}: weight ${i}`, each, { min: 0 })
  const like = fromLogits ? cross_entropy : probability_cross_entropy
  const shares = (pred: tf.Tensor, target: tf.Tensor) => {
    const classes = pred.shape.at(-1)!
    if (weight && weight.length !== classes)
      throw rangeError(
        'class-weights',
        `${name} has ${weight.length} weights, ${show(weight)}, but the predictions are for ${classes} classes.`,
      )
    return classShares(name, pred, target)
  }
  const loss = lossFunction(
    name,
    (pred, target) => {
      const wanted = shares(pred, target)
      const logs = fromLogits ? tf.logSoftmax(pred) : tf.log(tf.clipByValue(pred, 1e-7, 1))
      let parts: tf.Tensor = tf.mul(eps > 0 ? tf.add(tf.mul(wanted, 1 - eps), eps / pred.shape.at(-1)!) : wanted, logs)
      if (weight) parts = tf.mul(parts, tf.tensor1d(weight))
      // Away from 0, where a power below 1 has no slope.
      if (gamma > 0) parts = tf.mul(parts, tf.pow(tf.maximum(tf.sub(1, tf.exp(logs)), 1e-7), gamma))
      return tf.neg(tf.sum(parts, -1))
    },
    {
      activation: like.activation,
      ...(weight && counted && { counts: (pred, target) => tf.sum(tf.mul(shares(pred, target), tf.tensor1d(weight)), -1) }),
    },
  )
  return pure(Object.assign(loss, { like }))
}

keepNames({ weighted_cross_entropy, label_smoothing_cross_entropy, focal_loss })
