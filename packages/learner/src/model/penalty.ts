import { add, type Scalar, tidy } from '@tensorflow/tfjs-core'
import { everyLayer } from './layers.js'
import type { Model } from './trainable-model.js'

/**
 * Adds what the regularizers of the model's layers charge (`kernelRegularizer` and the like) to a training loss, as tfjs's own
 * `model.fit` does, and those of recurrent cells, which it forgets; undefined for a model without any.
 */
export function penaltyOf(model: Model): ((loss: Scalar) => Scalar) | undefined {
  // A wrapper names the penalties of its layer as its own.
  const penalties = [...new Set([...everyLayer(model).keys()].flatMap(layer => layer.losses))]
  if (penalties.length === 0) return undefined
  return loss => tidy(() => penalties.reduce((sum, penalty) => add<Scalar>(sum, penalty()), loss))
}
