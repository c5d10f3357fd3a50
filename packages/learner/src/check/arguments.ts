import type { DataBunch } from '@onecycle/data'
import { isPromise, show, typeError } from '@onecycle/platform'
import { Tensor } from '@tensorflow/tfjs-core'
import type { Model } from '../model/trainable-model.js'

/**
 * Looks at the first two arguments of a Learner before they are used.
 *
 * @throws TypeError that says what was given, and how to make a DataBunch or a model of it
 */
export function checkArguments(data: unknown, model: unknown): void {
  if (isModel(data) && isData(model))
    throw typeError('swapped', 'The data and the model are the wrong way round: call new Learner(data, model).')
  checkData(data)
  checkModel(model)
}

/** @throws TypeError for what is no DataBunch, with the way to make one of it */
export function checkData(data: unknown): asserts data is DataBunch {
  if (isData(data)) return
  throw typeError('not-data', `The data of a Learner is ${show(data)}; expected a DataBunch. ${dataHint(data)}`)
}

function checkModel(model: unknown): asserts model is Model {
  if (isModel(model)) return
  throw typeError(
    'not-a-model',
    `The model of a Learner is ${show(model)}; expected a LayersModel, such as sequential({ layers: [...] }), or an object with ` +
      `apply(x, { training }) and trainableWeights. ${modelHint(model)}`.trimEnd(),
  )
}

/** In its form, so that data of another copy of this package, or of the person's own, will do. */
function isData(data: unknown): boolean {
  if (!isObject(data) || !isObject(data['train_dl'])) return false
  const stream = data['train_dl']
  return typeof stream['length'] === 'number' && (Symbol.iterator in stream || Symbol.asyncIterator in stream)
}

function isModel(model: unknown): boolean {
  return isObject(model) && typeof model['apply'] === 'function' && Array.isArray(model['trainableWeights'])
}

function dataHint(data: unknown): string {
  if (!isObject(data)) return 'Make one: DataBunch.from_arrays({ x, y }).'
  if (isPromise(data)) return 'Was an await forgotten? new Learner(await DataBunch.from_tfdata({ ... }), model).'
  if (typeof data['iterator'] === 'function') return 'Make one: await DataBunch.from_tfdata({ train: dataset, bs }).'
  if (typeof data['batch'] === 'function') return 'Make one: DataBunch.from_datasets(train, valid).'
  if (Symbol.asyncIterator in data) return 'Make one: await DataBunch.from_tfdata({ train: source, bs, length }).'
  const inputs = data['x'] ?? data['xs'] ?? data
  return [inputs].flat().some(each => each instanceof Tensor)
    ? 'Make one: DataBunch.from_tensors({ x, y }).'
    : 'Make one: DataBunch.from_arrays({ x, y }).'
}

function modelHint(model: unknown): string {
  if (typeof model === 'function') return `Call ${model.name || 'it'}, or make one of the class, first.`
  if (Array.isArray(model)) return 'Put layers into a model: sequential({ layers: [...] }).'
  if (!isObject(model)) return ''
  if (isPromise(model)) return 'Was an await forgotten? new Learner(data, await loadLayersModel(...)).'
  if (typeof model['execute'] === 'function') return 'A GraphModel cannot be trained: convert it to a LayersModel.'
  return ''
}

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null
}
