import type { Variable } from '@tensorflow/tfjs-core'
import { layersOf } from '../model/layers.js'
import { type Layer, type Model, variableOf } from '../model/trainable-model.js'

/**
 * The axes along which a model's weights have their units, by weight, where that is not the last axis alone: a kernel that is
 * transposed has its outputs before its inputs, and one that is applied to each channel a unit for each of them.
 */
export function unitAxes(model: Model): ReadonlyMap<Variable, readonly number[]> {
  const weights = layersOf(model).flatMap(layer => layer.weights.map(weight => [layer, weight] as const))
  return new Map(
    weights.flatMap(([layer, weight]) => {
      const axes = axesOf(layer, weight.originalName.split('/').at(-1)!, weight.shape.length)
      return axes ? [[variableOf(weight), axes] as const] : []
    }),
  )
}

function axesOf(layer: Layer, name: string, rank: number): readonly number[] | undefined {
  if (name === 'depthwise_kernel') return [rank - 2, rank - 1]
  return name === 'kernel' && /Transpose$/.test(layer.getClassName()) ? [rank - 2] : undefined
}
