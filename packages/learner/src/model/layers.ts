import { layers } from '@tensorflow/tfjs-layers'
import type { LayerVariable } from '@tensorflow/tfjs-layers/dist/variables.js'
import type { Layer, Model } from './trainable-model.js'

/**
 * All layers of a model, each once: those of nested models, in wrappers, the cells of recurrent layers, and those that a layer of
 * one's own keeps in its fields. Each with whether it is `trainable`, and so is what it stands in (in one place, if there are
 * several). None in a plain object.
 */
export function everyLayer(model: Model): ReadonlyMap<Layer, boolean> {
  const found = new Map<Layer, boolean>()
  const visit = (layer: Layer, alive: boolean) => {
    const live = alive && layer.trainable
    if (found.has(layer) && (found.get(layer) || !live)) return
    found.set(layer, live)
    for (const inner of layersIn(layer)) visit(inner, live)
  }
  if (isLayer(model)) visit(model, true)
  return found
}

/** The layers of {@link everyLayer} alone. */
export function layersOf(model: Model): Layer[] {
  return [...everyLayer(model).keys()]
}

/** The layers that a layer runs, in its order: a model's own, or those that it keeps in its fields. */
export function layersIn(layer: Layer): readonly Layer[] {
  const {
    layers: inModel,
    forwardLayer,
    backwardLayer,
  } = layer as Layer & {
    layers?: Layer[]
    forwardLayer?: Layer
    backwardLayer?: Layer
  }
  if (inModel && 'containerNodes' in layer) return inModel
  // A Bidirectional keeps the layer that it was given, and runs two copies.
  if (forwardLayer && backwardLayer) return [forwardLayer, backwardLayer]
  return heldLayers(layer).map(([, inner]) => inner)
}

/** The layers in the fields of a layer, in lists and maps too, by the field's name. Nodes of a model's graph are no fields. */
export function heldLayers(layer: Layer): (readonly [field: string, layer: Layer])[] {
  return Object.entries(layer).flatMap(([field, value]) => layersAmong(value, 2).map(inner => [field, inner] as const))
}

function layersAmong(value: unknown, depth: number): Layer[] {
  if (isLayer(value)) return [value]
  if (typeof value !== 'object' || value === null || depth === 0) return []
  if (Array.isArray(value) || value instanceof Set) return [...value].flatMap(each => layersAmong(each, depth - 1))
  if (value instanceof Map) return [...value.values()].flatMap(each => layersAmong(each, depth - 1))
  const isPlain = Object.getPrototypeOf(value) === Object.prototype
  return isPlain ? Object.values(value).flatMap(each => layersAmong(each, depth - 1)) : []
}

/** What a message calls a layer: `dense_1 (Dense)`. */
export function labelOf(layer: Layer): string {
  return `${layer.name} (${layer.getClassName()})`
}

/** Whether a value is a layer (a model is one), of whichever copy of tfjs-layers. */
export function isLayer(value: unknown): value is Layer {
  if (value instanceof layers.Layer) return true
  const { getClassName, apply, inboundNodes } = (value ?? {}) as Partial<Layer>
  return typeof getClassName === 'function' && typeof apply === 'function' && Array.isArray(inboundNodes)
}

/**
 * The weights that a layer made, first those that could train, whatever `trainable` says at present: the order of `layer.weights`
 * depends on it.
 */
export function madeBy(layer: Layer): { trainable: readonly LayerVariable[]; others: readonly LayerVariable[] } {
  const { _trainableWeights: trainable = [], _nonTrainableWeights: others = [] } = layer as unknown as {
    _trainableWeights?: LayerVariable[]
    _nonTrainableWeights?: LayerVariable[]
  }
  return { trainable, others }
}
