import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import type { Parameter } from '../optimizer/parameter.js'
import { isLayersModel, type Layer, type Model, variableOf } from './trainable-model.js'

/**
 * The weights of a model in order, named by position (`0.kernel`, `0.bias`, `2.gamma`, `4.1.kernel` in a nested model), so
 * that the same architecture gives the same names in every process: tfjs's own names count up with every layer ever made.
 * The variables of a plain object keep the names they were given, and are numbered where they have none. A weight that
 * stands in several places has the first one's name.
 */
export function weightsOf(model: Model): Parameter[] {
  const weights = isLayersModel(model)
    ? model.layers.flatMap((layer, i) => weightsOfLayer(layer, String(i)))
    : plainWeights(model)
  const seen = new Set<Variable>()
  return weights.filter(({ variable }) => !seen.has(variable) && seen.add(variable))
}

/** The weights that training changes, in the model's order. */
export function parametersOf(model: Model): Parameter[] {
  const trainable = new Set<Variable>(model.trainableWeights.map(variableOf))
  return weightsOf(model).filter(weight => trainable.has(weight.variable))
}

function weightsOfLayer(layer: Layer, path: string): Parameter[] {
  const inner = (layer as Partial<LayersModel>).layers
  if (inner) return inner.flatMap((child, index) => weightsOfLayer(child, `${path}.${index}`))
  const taken = new Map<string, number>()
  return layer.weights.map((weight: LayerVariable) => {
    const local = localName(weight)
    const repeat = taken.get(local) ?? 0
    taken.set(local, repeat + 1)
    const name = `${path}.${local}${repeat ? `_${repeat}` : ''}`
    return { name, variable: variableOf(weight), kind: /norm/i.test(layer.getClassName()) ? 'norm' : kindOf(local) }
  })
}

function plainWeights(model: Exclude<Model, LayersModel>): Parameter[] {
  return (model.weights ?? model.trainableWeights).map((weight, index) => {
    const variable = variableOf(weight)
    const given = weight === variable ? variable.name : `${index}.${localName(weight as LayerVariable)}`
    // What tfjs calls a variable without a name: the number of variables so far.
    const name = /^\d+$/.test(given) ? `weight_${index}` : given
    return { name, variable, kind: kindOf(name) }
  })
}

/** Without the names of the layers around it, which count up. */
function localName(weight: LayerVariable): string {
  return weight.originalName.split('/').at(-1)!
}

function kindOf(name: string): Parameter['kind'] {
  const words = name.split(/[^a-zA-Z]+|(?<=[a-z])(?=[A-Z])/).map(word => word.toLowerCase())
  if (words.some(word => /^(gamma|beta|moving|\w*norm|\w*normali[sz]ation)$/.test(word))) return 'norm'
  return words.includes('bias') ? 'bias' : 'weight'
}
