import { typeError } from '@onecycle/platform'
import { add, type Scalar, tidy } from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { labelOf, layersOf } from './layers.js'
import { variablesOf } from './parameters.js'
import { isLayersModel, type Layer, type Model, variableOf } from './trainable-model.js'

/** @throws TypeError for an `activityRegularizer`, which TensorFlow.js does not charge: in a wrapper, without a word. */
export function refuseActivityRegularizers(model: Model): void {
  const layer = layersOf(model).find(({ activityRegularizer }) => activityRegularizer)
  if (!layer) return
  throw typeError(
    'regularizer',
    `The activityRegularizer of the layer ${labelOf(layer)} would not be charged: TensorFlow.js does not have them. ` +
      'Leave it out, and add what it charges to the loss: in after_loss of a callback, or in a loss of your own.',
  )
}

/**
 * Adds what the regularizers of the model's layers charge (`kernelRegularizer` and the like) to a training loss, as tfjs's own
 * `model.fit` does, and those of recurrent cells, which it forgets; undefined for a model without any.
 */
export function penaltyOf(model: Model): ((loss: Scalar) => Scalar) | undefined {
  const known = variablesOf(model)
  // A layer of one's own may keep a model that is not part of this one.
  const own = layersOf(model).filter(
    ({ weights }) => weights.length === 0 || weights.some(weight => known.has(variableOf(weight))),
  )
  // A wrapper names the penalties of its layer as its own.
  const penalties = [...new Set(own.flatMap(penaltiesOf))]
  if (penalties.length === 0) return undefined
  return loss => tidy(() => penalties.flatMap(charge => charge()).reduce((sum, penalty) => add<Scalar>(sum, penalty), loss))
}

function penaltiesOf(layer: Layer): readonly (() => Scalar | Scalar[])[] {
  if (isLayersModel(layer)) return []
  const { calculateLosses } = layer
  return calculateLosses === layers.Layer.prototype.calculateLosses ? layer.losses : [() => calculateLosses.call(layer)]
}
