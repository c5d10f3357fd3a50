import type { MaybeNative } from '@onecycle/backend/internal'
import { rangeError, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { look } from '../replay/replayable.js'

/** Whether tensors lie in this process's memory: there a batch of labels is read in microseconds. */
function inMemory(): boolean {
  const name = tf.getBackend()
  if (name !== 'tensorflow') return name === 'cpu' || name === 'wasm'
  return (tf.backend() as MaybeNative).isUsingGpuDevice === false
}

const classForms = 'class indices [batch, ...] (int32) or class probabilities [batch, ..., classes] (float32)'

/**
 * Whether targets of [batch, ..., classes] predictions are class indices, [batch, ...], or else probabilities.
 *
 * @throws RangeError when the predictions have no class axis, the targets are neither, or an index is no class.
 */
export function areClassIndices(what: string, pred: tf.Tensor, target: tf.Tensor): boolean {
  requireTensors(what, pred, target)
  const classes = pred.shape.at(-1)!
  if (pred.rank < 2 || classes < 2) {
    throw rangeError(
      'pred-shape',
      `${what} got predictions of shape [${pred.shape}], but expects [batch, ..., classes] with 2 classes or more. ` +
        'A single unit says yes or no: use probability_binary_cross_entropy as the loss where it ends in a sigmoid, binary_cross_entropy ' +
        'where it has no activation, and accuracy_thresh() as the metric.',
    )
  }
  const indices = target.rank === pred.rank - 1 && target.dtype !== 'float32'
  if (!tf.util.arraysEqual(indices ? pred.shape.slice(0, -1) : pred.shape, target.shape))
    throw shapeMismatch(what, pred, target, classForms)
  if (indices) checkLabels(what, target, classes)
  return indices
}

/**
 * Throws RangeError for a label that is no class. `tf.oneHot` would make it a row of zeros, and so the loss 0.
 *
 * Only where looking costs next to nothing, on the cpu and wasm backends and on tfjs-node without a GPU. Elsewhere it would hold up the
 * device at every batch; there the DataBunch's own check has to do, which knows the labels of all sources but streams without `classes`.
 */
export function checkLabels(what: string, labels: tf.Tensor, classes: number): void {
  if (!inMemory()) return
  look(labels, values => {
    for (let i = 0; i < values.length; i++) {
      if (values[i]! >= 0 && values[i]! < classes) continue
      throw rangeError(
        'label-range',
        `${what} got the label ${values[i]} (sample ${i} of the batch), but the predictions are for ${classes} classes, labels 0 to ${classes - 1}. ` +
          "Give the model's last layer as many units as there are classes, or check the labels.",
      )
    }
  })
}

/**
 * Targets as floats in the shape of the predictions. Axes of size 1 do not count, so that [batch] fits [batch, 1].
 *
 * @throws RangeError when the shapes differ: nothing is broadcast.
 */
export function asPredictions(what: string, pred: tf.Tensor, target: tf.Tensor): tf.Tensor {
  requireTensors(what, pred, target)
  const fits = pred.shape[0] === target.shape[0] && tf.util.arraysEqual(withoutOnes(pred.shape), withoutOnes(target.shape))
  if (!fits) {
    throw shapeMismatch(what, pred, target, `one target for each prediction${hintOfLabels(pred, target)}`)
  }
  const floats = as('float32', target)
  return tf.util.arraysEqual(floats.shape, pred.shape) ? floats : tf.reshape(floats, pred.shape)
}

/** The tensor in a type, itself where it has it: a cast that changes nothing costs a step of a small network as much as one that does. */
export function as(dtype: 'int32' | 'float32', tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === dtype ? tensor : tf.cast(tensor, dtype)
}

function requireTensors(what: string, pred: unknown, target: unknown): void {
  if (pred instanceof tf.Tensor && target instanceof tf.Tensor) return
  throw typeError(
    'wrong-argument',
    `${what} compares a tensor of predictions with one of targets, but got ${show(pred)} and ${show(target)}.`,
  )
}

/** What to do where one number a sample meets several units, as it may well be the label of a class. */
function hintOfLabels(pred: tf.Tensor, target: tf.Tensor): string {
  if (pred.rank !== 2 || target.size !== target.shape[0]) return ''
  return target.rank === 1 && target.dtype === 'int32'
    ? '. Labels of one class each go with cross_entropy (logits) or probability_cross_entropy (softmax)'
    : ". For labels of classes the data has to say that they are: target: 'class' of from_arrays, an int32 tensor of shape [samples] in from_tensors"
}

function withoutOnes(shape: readonly number[]): number[] {
  return shape.slice(1).filter(size => size !== 1)
}

function shapeMismatch(what: string, pred: tf.Tensor, target: tf.Tensor, expected: string): Error {
  return rangeError(
    'pred-shape',
    `${what} got predictions of shape [${pred.shape}] and ${target.dtype} targets of shape [${target.shape}], but expects ${expected}. ` +
      "Check that the model's last layer has as many units as the data has classes or target values.",
  )
}
