import type { Variable } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import type { Parameter } from '../optimizer/parameter.js'
import { isLayersModel, type Model, variableOf } from './trainable-model.js'

type Layer = LayersModel['layers'][number]

/**
 * The weights of a model in order, named by position (`0.kernel`, `0.bias`, `2.gamma`, `4.1.kernel` in a nested model), so
 * that the same architecture gives the same names in every process: tfjs's own names count up with every layer ever made.
 * A plain model's variables keep the names they were given.
 */
export function weightsOf(model: Model): Parameter[] {
  if (isLayersModel(model)) return model.layers.flatMap((layer, index) => weightsOfLayer(layer, String(index)))
  return (model.weights ?? model.trainableWeights).map((weight, index) => {
    const variable = variableOf(weight)
    const given = /^\d+$/.test(variable.name) ? `weight_${index}` : variable.name
    return { name: given, variable, kind: kindOf(given) }
  })
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
    const local = weight.originalName.split('/').at(-1)!
    const repeat = taken.get(local) ?? 0
    taken.set(local, repeat + 1)
    const name = `${path}.${local}${repeat ? `_${repeat}` : ''}`
    return { name, variable: variableOf(weight), kind: /norm/i.test(layer.getClassName()) ? 'norm' : kindOf(local) }
  })
}

function kindOf(name: string): Parameter['kind'] {
  if (/gamma|beta|norm|moving_/i.test(name)) return 'norm'
  return /bias/i.test(name) ? 'bias' : 'weight'
}
