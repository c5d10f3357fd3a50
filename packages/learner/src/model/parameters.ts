import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import type { Parameter } from '../optimizer/parameter.js'
import { isLayer, layersIn, layersOf, madeBy } from './layers.js'
import { isNormalization } from './normalization.js'
import { isLayersModel, type Layer, type Model, variableOf } from './trainable-model.js'

/**
 * The weights of a model in order, named by position (`0.kernel`, `0.bias`, `2.gamma`, `4.1.kernel` in a nested model), so
 * that the same architecture gives the same names in every process: tfjs's own names count up with every layer ever made.
 * What is `trainable` at present changes no name. The variables of a plain object keep the names they were given, and are numbered
 * where they have none. A weight that stands in several places has the first one's name.
 */
export function weightsOf(model: Model): Parameter[] {
  const weights = isLayersModel(model)
    ? model.layers.flatMap((layer, i) => weightsOfLayer(layer, String(i)))
    : isLayer(model)
      ? [...inOrder(model)].map(([weight, owner], i) => ofLayer(`${i}.${localName(weight)}`, weight, owner))
      : plainWeights(model)
  const seen = new Set<Variable>()
  return weights.filter(({ variable }) => !seen.has(variable) && seen.add(variable))
}

/** The variables of {@link weightsOf}. */
export function variablesOf(model: Model): ReadonlySet<Variable> {
  return new Set(weightsOf(model).map(({ variable }) => variable))
}

/** The weights that training can change, whether they are frozen at present or not, in the model's order. */
export function parametersOf(model: Model): Parameter[] {
  const trainable = new Set<Variable>(model.trainableWeights.map(variableOf))
  for (const layer of layersOf(model)) for (const weight of madeBy(layer).trainable) trainable.add(variableOf(weight))
  return weightsOf(model).filter(weight => trainable.has(weight.variable))
}

/** The variables that are to train as the model stands: in layers whose `trainable` is true, or in a plain object's own list. */
export function trainableNow(model: Model): ReadonlySet<Variable> {
  const variables = model.trainableWeights.map(variableOf)
  return new Set(isLayersModel(model) ? variables : variables.filter(({ trainable }) => trainable))
}

function weightsOfLayer(layer: Layer, path: string): Parameter[] {
  if (isLayersModel(layer)) return layer.layers.flatMap((child, index) => weightsOfLayer(child, `${path}.${index}`))
  const taken = new Map<string, number>()
  return [...inOrder(layer)].map(([weight, owner]) => {
    const local = localName(weight)
    const repeat = taken.get(local) ?? 0
    taken.set(local, repeat + 1)
    const name = `${path}.${local}${repeat ? `_${repeat}` : ''}`
    return ofLayer(name, weight, owner)
  })
}

/** The weights that a layer lists, each with the innermost layer that has it. */
function inOrder(layer: Layer): Map<LayerVariable, Layer> {
  const all = new Map<LayerVariable, Layer>()
  const visited = new Set<Layer>()
  const visit = (inner: Layer) => {
    // A layer may keep the model that it stands in.
    if (visited.has(inner)) return
    visited.add(inner)
    const { trainable, others } = madeBy(inner)
    for (const weight of [...trainable, ...others]) all.set(weight, inner)
    layersIn(inner).forEach(visit)
  }
  visit(layer)
  const listed = new Set(layer.weights)
  for (const weight of all.keys()) if (!listed.delete(weight)) all.delete(weight)
  for (const weight of listed) all.set(weight, layer)
  return all
}

function ofLayer(name: string, weight: LayerVariable, owner: Layer): Parameter {
  const kind = isNormalization(owner) ? 'norm' : wordsOf(localName(weight)).includes('bias') ? 'bias' : 'weight'
  return parameter(name, weight, kind)
}

function plainWeights(model: Exclude<Model, LayersModel>): Parameter[] {
  return (model.weights ?? model.trainableWeights).map((weight, index) => {
    const variable = variableOf(weight)
    const given = weight === variable ? variable.name : `${index}.${localName(weight as LayerVariable)}`
    // What tfjs calls a variable without a name: the number of variables so far.
    const name = /^\d+$/.test(given) ? `weight_${index}` : given
    return parameter(name, weight, kindOf(name))
  })
}

function parameter(name: string, weight: Variable | LayerVariable, kind: Parameter['kind']): Parameter {
  const { constraint } = weight as Partial<LayerVariable>
  return { name, variable: variableOf(weight), kind, ...(constraint && { constraint }) }
}

/** Without the names of the layers around it, which count up. */
function localName(weight: LayerVariable): string {
  return weight.originalName.split('/').at(-1)!
}

/** All that is known of a variable that no layer made is its name. */
function kindOf(name: string): Parameter['kind'] {
  const words = wordsOf(name)
  if (words.some(word => /^(gamma|beta|moving|\w*norm|\w*normali[sz]ation)$/.test(word))) return 'norm'
  return words.includes('bias') ? 'bias' : 'weight'
}

function wordsOf(name: string): string[] {
  return name.split(/[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])/).map(word => word.toLowerCase())
}
