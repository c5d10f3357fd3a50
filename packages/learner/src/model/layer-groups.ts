import { isClass, kind, listOf, rangeError, show, typeError } from '@onecycle/platform'
import type { Parameter } from '../optimizer/index.js'
import { groupStarts } from './group-starts.js'
import { parametersOf } from './parameters.js'
import { isLayersModel, type Model } from './trainable-model.js'

/**
 * How a model's parameters are divided: the layers (by name or position from 0) that begin a new group, one or a list, or a function that
 * returns the groups, each of the parameters it is given in one of them. Source: fastai 1's `split`, fastai 2's `splitter`.
 */
export type LayerGroups =
  | string
  | number
  | readonly (string | number)[]
  | ((parameters: readonly Parameter[]) => readonly (readonly Parameter[])[])

/**
 * The parameters of a model by layer group, first layers first; when nothing is said those that the model has of its own, or one.
 *
 * @throws TypeError for a function that returns no groups; RangeError when a layer does not exist, layers are out of order, or a group has no parameters.
 * @example
 * new Learner(data, model, { layer_groups: ['head'] })   // two groups: before the layer called head, and from it on
 */
export function layerGroups(model: Model, division: LayerGroups = groupStarts(model)): Parameter[][] {
  const parameters = parametersOf(model)
  const groups = typeof division === 'function' ? divide(division, parameters) : cut(model, parameters, listOf(division))
  const empty = groups.findIndex(group => group.length === 0)
  if (empty >= 0 && groups.length > 1)
    throw rangeError('layer-groups', `layer_groups: group ${empty} of ${groups.length} has no weights that could train.`)
  const given = groups.flat()
  const missing = parameters.filter(parameter => !given.includes(parameter))
  if (given.length !== parameters.length || missing.length > 0) {
    throw rangeError(
      'layer-groups',
      `layer_groups: the groups hold ${given.length} parameters, the model has ${parameters.length}, and each must be in one group. ` +
        `Missing: ${missing.map(({ name }) => name).join(', ') || 'none'}.`,
    )
  }
  return groups
}

function divide(division: Extract<LayerGroups, (...args: never) => unknown>, parameters: readonly Parameter[]): Parameter[][] {
  const groups: unknown = isClass(division) ? division : division(parameters)
  if (kind.listOf(kind.list).fits(groups)) return (groups as Parameter[][]).map(group => [...group])
  throw typeError(
    'layer-groups',
    `layer_groups returned ${show(groups)}; expected a list of groups, each a list of the parameters it was given.`,
  )
}

function cut(model: Model, parameters: readonly Parameter[], starts: readonly (string | number)[]): Parameter[][] {
  if (starts.length === 0) return [[...parameters]]
  const positions = [0, ...starts.map(start => layerPosition(model, start)), Number.POSITIVE_INFINITY]
  const unordered = positions.findIndex((position, i) => i > 0 && position <= positions[i - 1]!)
  if (unordered > 0)
    throw rangeError('layer-groups', `layer_groups: ${show(starts)} must name layers after the first, in the model's order.`)
  return positions
    .slice(1)
    .map((end, i) => parameters.filter(({ name }) => isBetween(Number.parseInt(name, 10), positions[i]!, end)))
}

function layerPosition(model: Model, layer: string | number): number {
  if (!isLayersModel(model))
    throw rangeError('layer-groups', 'layer_groups names layers, but the model is not a LayersModel: give a function instead.')
  const names = model.layers.map(({ name }) => name)
  const position = typeof layer === 'string' ? names.indexOf(layer) : layer
  if (typeof position === 'number' && position in names) return position
  throw rangeError(
    'layer-groups',
    `layer_groups: there is no layer ${show(layer)}. The layers are 0 to ${names.length - 1}: ${names.join(', ')}.`,
  )
}

function isBetween(value: number, start: number, end: number): boolean {
  return value >= start && value < end
}
