import { rangeError } from '@onecycle/platform'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { labelOf, layersOf } from './layers.js'
import type { Layer, Model } from './trainable-model.js'

interface Node {
  readonly outboundLayer: Layer
  readonly callArgs?: { readonly training?: unknown }
}

/**
 * The layers that were applied with `training` of their own where the model was built (`body.apply(x, { training: false })`,
 * `dropout.apply(x, { training: true })`). Keras heeds it; TensorFlow.js writes it down and forgets it (tensorflow/tfjs#7250).
 *
 * @throws RangeError when a layer stands in several places, and was given different ones.
 */
export function fixedTraining(model: Model): ReadonlyMap<Layer, boolean> {
  const given = new Map<Layer, Set<boolean | undefined>>()
  for (const node of new Set(layersOf(model).flatMap(nodesOf))) {
    const training = node.callArgs?.training ?? undefined
    const ofLayer = given.get(node.outboundLayer) ?? new Set()
    given.set(node.outboundLayer, ofLayer.add(training === undefined ? undefined : Boolean(training)))
  }
  const fixed = new Map<Layer, boolean>()
  for (const [layer, values] of given) {
    if (values.size > 1) throw severalWays(layer, [...values])
    for (const training of values) if (training !== undefined) fixed.set(layer, training)
  }
  return fixed
}

function nodesOf(layer: Layer): Node[] {
  const { nodesByDepth } = layer as Partial<LayersModel> as { nodesByDepth?: Record<string, Node[]> }
  return Object.values(nodesByDepth ?? {}).flat()
}

function severalWays(layer: Layer, values: readonly (boolean | undefined)[]): RangeError {
  const ways = values.map(training => (training === undefined ? 'without training' : `with training: ${training}`))
  return rangeError(
    'layer-two-ways',
    `The layer ${labelOf(layer)} stands in several places of the model, applied ${ways.join(' and ')}. While the model ` +
      'runs, TensorFlow.js does not say which of them it is. Apply it alike everywhere, or make a layer for each place.',
  )
}
