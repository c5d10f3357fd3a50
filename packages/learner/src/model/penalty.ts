import { add, type Scalar, tidy } from '@tensorflow/tfjs-core'
import { isLayersModel, leafLayers, type Model } from './trainable-model.js'

/**
 * Adds what the regularizers of the model's layers charge (`kernelRegularizer` and the like) to a training loss, as tfjs's own
 * `model.fit` does; undefined for a model without any.
 */
export function penaltyOf(model: Model): ((loss: Scalar) => Scalar) | undefined {
  if (!isLayersModel(model)) return undefined
  const penalized = [...new Set(leafLayers(model))].filter(layer => layer.losses.length > 0)
  if (penalized.length === 0) return undefined
  return loss =>
    tidy(() => penalized.flatMap(layer => layer.calculateLosses()).reduce((sum, penalty) => add<Scalar>(sum, penalty), loss))
}
