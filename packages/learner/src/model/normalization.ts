import { layers } from '@tensorflow/tfjs-layers'
import type { Layer } from './trainable-model.js'

// tfjs-layers exports makers of its layers, but not their classes. With a name they count no further.
const examples = [layers.batchNormalization({ name: 'example' }), layers.layerNormalization({ name: 'example' })]
const classes = examples.map(example => example.constructor)

/**
 * Whether a layer normalizes: its weights are spared from decay, train in frozen groups (`train_bn`), and it keeps its statistics
 * where it is frozen. Those of TensorFlow.js and what inherits from them do; a layer of one's own says so itself.
 *
 * @example
 * class GroupNorm extends layers.Layer {
 *   readonly normalizes = true
 * }
 */
export function isNormalization(layer: Layer): boolean {
  const { normalizes } = layer as { normalizes?: unknown }
  const { normalizes: ofClass } = layer.constructor as { normalizes?: unknown }
  return typeof normalizes === 'boolean' ? normalizes : ofClass === true || classes.some(known => layer instanceof known)
}
