import type { Tensors } from '@onecycle/callbacks'
import type { Batch } from '@onecycle/data'
import { orderByName } from '@onecycle/platform'
import { Tensor } from '@tensorflow/tfjs-core'
import type { LossFunction } from '../loss/loss-function.js'
import { isLayersModel, type Model } from './trainable-model.js'

/**
 * Inputs by the names that the model has for them.
 *
 * @example
 * const inputs: NamedTensors = { user: x, item: y }
 * await learn.predict(inputs)
 */
export type NamedTensors = Readonly<Record<string, Tensor>>

/** Names in the order in which a model takes its inputs; undefined where nobody knows any, and order alone decides. */
export type InputNames = readonly string[] | undefined

/** The names of a model's inputs, in its order. A sequential model has a list of them only once it has been applied. */
export function inputNamesOf(model: Model): InputNames {
  return isLayersModel(model) ? model.inputs.map(({ sourceLayer }) => sourceLayer.name) : model.inputNames
}

/**
 * A batch of inputs in the order of the model's names, or of targets in that of its outputs.
 *
 * @param names of `xs`, in its order
 * @param expected the model's
 * @throws RangeError when the names are not the same.
 */
export function arrangeInputs(xs: Tensors, names: InputNames, expected: InputNames, what = 'inputs'): Tensors {
  if (!names || !expected) return xs
  const order = orderByName(what, { who: 'the data', names }, { who: 'the model', names: expected })
  return Array.isArray(xs) ? order.map(i => xs[i]!) : xs
}

/** Inputs and targets of a batch in the order of a model's inputs, and of its outputs where they have losses of their own. */
export function arrangeBatch(
  { xs, ys, inputNames, targetNames }: Batch,
  expected: InputNames,
  { heads }: Pick<LossFunction, 'heads'>,
): Pick<Batch, 'xs' | 'ys'> {
  const outputs = heads?.map(({ name }) => name)
  return { xs: arrangeInputs(xs, inputNames, expected), ys: arrangeInputs(ys, targetNames, outputs, 'outputs') }
}

/** What was given for the inputs of a model, by name or in its order, as a batch in its order. Throws as {@link arrangeInputs}. */
export function inputsOf(x: Tensors | NamedTensors, expected: InputNames): Tensors {
  return x instanceof Tensor || Array.isArray(x) ? x : arrangeInputs(Object.values(x), Object.keys(x), expected)
}
