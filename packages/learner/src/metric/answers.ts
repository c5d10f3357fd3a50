import { rangeError, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'

/**
 * What predictions and targets say of each place (a sample, or a pixel or step of one): yes or no by a single unit, one class of
 * several, or yes or no of each of several labels.
 */
export type Form = (typeof forms)[number]

export const forms = ['binary', 'class', 'labels'] as const

/** How predictions are to be read, and under what name that is refused. */
export interface Reading {
  readonly what: string
  readonly multiLabel: boolean
  readonly holds: 'logits' | 'probabilities'
  readonly thresh: number
}

/** Truths of a batch, in this process's memory. */
export interface Truths {
  readonly form: Form
  /** Classes, two where one unit says yes or no; or labels. */
  readonly classes: number
  /** The class of each place; of `labels` 1 or 0 of each label of each place, one place after the other. */
  readonly actual: Int32Array
  /** How much each place counts; undefined where all count 1. */
  readonly weights: Float32Array | undefined
}

/** Truths, and what was predicted in their terms. */
export interface Answers extends Truths {
  readonly predicted: Int32Array
}

/** Truths, and the predictions as the model gave them: one number a place for `binary`, else one for each class of it. */
export interface Scores extends Truths {
  readonly scores: Float32Array
}

/** The answers of a batch. Throws as {@link formOf}. */
export async function answersOf(
  pred: tf.Tensor,
  target: tf.Tensor,
  weights: tf.Tensor | undefined,
  reading: Reading,
): Promise<Answers> {
  const form = formOf(reading, pred, target)
  const choice = () => {
    if (form === 'class') return tf.argMax(pred, -1)
    return tf.cast(tf.greater(reading.holds === 'logits' ? tf.sigmoid(pred) : pred, reading.thresh), 'int32')
  }
  const truths = await truthsOf(form, pred, target, weights, reading.what)
  return { ...truths, predicted: (await read(choice)) as Int32Array }
}

/** The scores of a batch. Throws as {@link formOf}. */
export async function scoresOf(
  pred: tf.Tensor,
  target: tf.Tensor,
  weights: tf.Tensor | undefined,
  reading: Reading,
): Promise<Scores> {
  const truths = await truthsOf(formOf(reading, pred, target), pred, target, weights, reading.what)
  return { ...truths, scores: (await read(() => tf.cast(pred, 'float32'))) as Float32Array }
}

async function truthsOf(
  form: Form,
  pred: tf.Tensor,
  target: tf.Tensor,
  weights: tf.Tensor | undefined,
  what: string,
): Promise<Truths> {
  const classes = form === 'binary' ? 2 : pred.shape.at(-1)!
  const shares = form === 'class' && target.size === pred.size
  if (shares) await checkShares(what, target)
  const truth = () => {
    if (shares) return tf.argMax(target, -1)
    return tf.cast(form === 'class' ? target : tf.greater(target, 0.5), 'int32')
  }
  const actual = (await read(truth)) as Int32Array
  if (form === 'class' && !shares) checkLabels(what, actual, classes)
  const places = form === 'labels' ? actual.length / classes : actual.length
  return { form, classes, actual, weights: weights && spread(what, (await weights.data()) as Float32Array, places, target) }
}

/**
 * What predictions and targets say: `binary` for [batch] or [..., 1] predictions and as many targets, `class` for [..., classes] and
 * targets that are labels (int32, without the last axis) or one-hot, `labels` where both are [..., labels] and the loss, or an option,
 * says that each answers for itself.
 *
 * @throws RangeError for all else
 */
function formOf({ what, multiLabel }: Reading, pred: tf.Tensor, target: tf.Tensor): Form {
  const places = pred.shape.slice(0, -1)
  const same = tf.util.arraysEqual(withoutOnes(pred.shape), withoutOnes(target.shape))
  if (pred.shape[0] === target.shape[0]) {
    if (same && (pred.rank === 1 || pred.shape.at(-1) === 1)) return 'binary'
    if (pred.rank > 1 && pred.shape.at(-1)! > 1) {
      if (same) return multiLabel ? 'labels' : 'class'
      if (target.dtype !== 'float32' && tf.util.arraysEqual(withoutOnes(places), withoutOnes(target.shape))) return 'class'
    }
  }
  throw rangeError(
    'pred-shape',
    `${what} got predictions of shape [${pred.shape}] and ${target.dtype} targets of shape [${target.shape}], but expects [batch, classes] with ` +
      'labels [batch] (int32), or as many yes or no as there are predictions.',
  )
}

/** @throws RangeError where one-hot targets say yes more than once: they are labels that are independent of each other. */
async function checkShares(what: string, target: tf.Tensor): Promise<void> {
  const sums = await read(() => tf.sum(tf.cast(target, 'float32'), -1))
  const wrong = sums.findIndex(sum => !(Math.abs(sum - 1) < 1e-3))
  if (wrong === -1) return
  throw rangeError(
    'multilabel-figure',
    `${what} got targets that add up to ${show(sums[wrong])} (place ${wrong} of the batch), where those of one class of several add up to 1. ` +
      'Where each label is a yes or no of its own, say so by multiLabel: true, or train with binary_cross_entropy.',
  )
}

function checkLabels(what: string, labels: Int32Array, classes: number): void {
  const wrong = labels.findIndex(label => !(label >= 0 && label < classes))
  if (wrong === -1) return
  throw rangeError(
    'label-range',
    `${what} got the label ${labels[wrong]} (place ${wrong} of the batch), but the predictions are for ${classes} classes, labels 0 to ${classes - 1}.`,
  )
}

/** Weights of samples, for each place of them; or of places, as they are. */
function spread(what: string, weights: Float32Array, places: number, target: tf.Tensor): Float32Array {
  const samples = target.shape[0]!
  if (weights.length === places) return weights
  if (weights.length !== samples)
    throw rangeError('lengths-differ', `${what} got ${weights.length} weights for ${samples} samples; expected one for each.`)
  return Float32Array.from({ length: places }, (_, i) => weights[Math.floor((i * samples) / places)]!)
}

async function read(make: () => tf.Tensor): Promise<Int32Array | Float32Array> {
  const tensor = tf.tidy(make)
  try {
    return (await tensor.data()) as Int32Array | Float32Array
  } finally {
    tensor.dispose()
  }
}

function withoutOnes(shape: readonly number[]): number[] {
  return shape.slice(1).filter(size => size !== 1)
}
