import { checkNumber, checkOptions, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { pure } from '../replay/replayable.js'
import { binary_cross_entropy, probability_binary_cross_entropy, yesOrNo } from './binary-cross-entropy.js'
import { type LossFunction, lossFunction } from './loss-function.js'

interface BinaryOptions {
  /** Whether predictions are logits; false for a model that ends in a sigmoid. Default true. */
  fromLogits?: boolean | undefined
}

/** What `weighted_binary_cross_entropy` is given: how many times a positive target counts. */
export interface WeightedBinaryOptions extends BinaryOptions {
  /** How much a yes counts against a no, or one such number per label: where a yes is rare, `noes / yeses`. */
  pos_weight: number | readonly number[]
}

/** What `binary_focal_loss` is given: how much less what is easy counts, and the weight of the positive class. */
export interface BinaryFocalOptions extends BinaryOptions {
  /** How little what is known already counts: 0 is the plain cross-entropy. Default 2. */
  gamma?: number | undefined
  /** The share that a yes counts, a no the rest: 0.25 in the paper, where it balances gamma. Default: both count 1. */
  alpha?: number | undefined
}

/**
 * Binary cross-entropy in which a yes counts more, or less, than a no: `-mean(pos_weight t log p + (1 - t) log(1 - p))`. Shapes and errors
 * as {@link binary_cross_entropy}. Source: PyTorch's `BCEWithLogitsLoss(pos_weight)`.
 *
 * @throws TypeError without pos_weight, or for an unknown option; RangeError for one below 0. At the first batch: RangeError where there are
 * not as many as labels.
 * @example
 * new Learner(data, model, { loss: weighted_binary_cross_entropy({ pos_weight: 20 }) })
 */
export function weighted_binary_cross_entropy(options: WeightedBinaryOptions): LossFunction {
  const name = 'weighted_binary_cross_entropy'
  checkOptions<WeightedBinaryOptions>(name, options, {
    pos_weight: kind.either(kind.number, kind.listOf(kind.number)),
    fromLogits: kind.boolean,
  })
  const { pos_weight: given, fromLogits } = options
  if (given === undefined)
    throw typeError('class-weights', `${name} needs pos_weight, how much a yes counts: ${name}({ pos_weight: 20 }).`)
  const pos_weight = typeof given === 'number' ? given : [...given]
  for (const each of [pos_weight].flat()) checkNumber(`${name}: pos_weight`, each as number, { min: 0 })
  return form(name, fromLogits, ({ yes }, target) => {
    const labels = target.shape.at(-1)
    if (typeof pos_weight !== 'number' && pos_weight.length !== labels)
      throw rangeError(
        'class-weights',
        `${name} has ${pos_weight.length} weights, ${show(pos_weight)}, but the predictions are for ${labels} labels.`,
      )
    const weight = typeof pos_weight === 'number' ? pos_weight : tf.tensor1d(pos_weight)
    return { yes: tf.mul(yes, weight) }
  })
}

/**
 * Binary cross-entropy in which the better an answer is known, the less it counts: each times `(1 - p)^gamma` of what is true. For yes or no,
 * and for labels that are independent of each other. Shapes and errors as {@link binary_cross_entropy}. Sources: Lin et al. 2017
 * (arXiv:1708.02002); torchvision's `sigmoid_focal_loss`; Keras's `BinaryFocalCrossentropy`.
 *
 * @throws RangeError when gamma is below 0, or alpha not from 0 to 1; TypeError for an unknown option.
 * @example
 * new Learner(data, model, { loss: binary_focal_loss({ gamma: 2, alpha: 0.25 }) })
 */
export function binary_focal_loss(options: BinaryFocalOptions = {}): LossFunction {
  const name = 'binary_focal_loss'
  checkOptions<BinaryFocalOptions>(name, options, { gamma: kind.number, alpha: kind.number, fromLogits: kind.boolean })
  const { gamma = 2, alpha, fromLogits } = options
  checkNumber(`${name}: gamma`, gamma, { min: 0 })
  if (alpha !== undefined) checkNumber(`${name}: alpha`, alpha, { min: 0, max: 1 })
  const [ofYes, ofNo] = alpha === undefined ? [1, 1] : [alpha, 1 - alpha]
  // Away from 0, where a power below 1 has no slope.
  const unknown = (log: tf.Tensor) => tf.pow(tf.maximum(tf.sub(1, tf.exp(log)), 1e-7), gamma)
  return form(name, fromLogits, ({ yes, no }) => ({
    yes: tf.mul(tf.mul(yes, unknown(yes)), ofYes),
    no: tf.mul(tf.mul(no, unknown(no)), ofNo),
  }))
}

interface Logs {
  readonly yes: tf.Tensor
  readonly no: tf.Tensor
}

/** Binary cross-entropy of changed parts: the logarithms of the probabilities of yes and of no. */
function form(name: string, fromLogits = true, change: (logs: Logs, target: tf.Tensor) => Partial<Logs>): LossFunction {
  const like = fromLogits ? binary_cross_entropy : probability_binary_cross_entropy
  const losses = (pred: tf.Tensor, given: tf.Tensor) => {
    const target = yesOrNo(name, pred, given)
    const logs = logsOf(pred, fromLogits)
    const { yes, no } = { ...logs, ...change(logs, target) }
    return tf.neg(tf.add(tf.mul(target, yes), tf.mul(tf.sub(1, target), no)))
  }
  return pure(Object.assign(lossFunction(name, losses, { activation: like.activation }), { like }))
}

/** Of logits in the form min(x, 0) - log(1 + e^-|x|), which cannot overflow. What is taken for a slope at 0 is the same in both parts. */
function logsOf(pred: tf.Tensor, fromLogits: boolean): Logs {
  if (fromLogits) {
    const tail = tf.log1p(tf.exp(tf.neg(tf.abs(pred))))
    const above = tf.relu(pred)
    return { yes: tf.sub(tf.sub(pred, above), tail), no: tf.neg(tf.add(above, tail)) }
  }
  const p = tf.clipByValue(pred, 1e-7, 1 - 1e-7)
  return { yes: tf.log(p), no: tf.log(tf.sub(1, p)) }
}

keepNames({ weighted_binary_cross_entropy, binary_focal_loss })
