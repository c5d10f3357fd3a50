import type { LayersModel } from '@tensorflow/tfjs-layers'
import { isLayersModel, type Model } from '../model/trainable-model.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import type { LossFunction } from './loss-function.js'
import { mse } from './regression.js'

/** What the targets are: class indices, or numbers to be predicted. */
export type TargetKind = 'class' | 'value'

/**
 * The loss that fits the targets and the model's last layer.
 *
 * | targets | last layer | loss |
 * |---|---|---|
 * | classes | softmax | cross-entropy of probabilities |
 * | classes | several units, no sigmoid | cross-entropy of logits |
 * | two classes | one unit with sigmoid / without activation | binary cross-entropy of probabilities / of logits |
 * | values | softmax | cross-entropy of probabilities (soft labels) |
 * | values | no squashing activation | mean squared error |
 *
 * @throws TypeError with the reason where that leaves more than one choice.
 */
export function inferLoss(model: Model, target: TargetKind | undefined): LossFunction {
  if (!isLayersModel(model)) throw undecided('the model is not a LayersModel, so what its output stands for is not known')
  if (model.outputs.length > 1) throw undecided(`the model has ${model.outputs.length} outputs`)
  if (target === undefined) throw undecided('the data source does not say whether its targets are classes or values')
  const activation = lastActivation(model)
  const units = model.outputs[0]!.shape.at(-1)
  const squashes = /sigmoid/i.test(activation)
  if (target === 'value') {
    if (activation === 'softmax') return probability_cross_entropy
    if (squashes)
      throw undecided('values behind a sigmoid can mean probabilities (binary_cross_entropy) or numbers in [0, 1] (mse)')
    return mse
  }
  if (units === 1) {
    if (squashes) return probability_binary_cross_entropy
    if (activation === 'linear') return binary_cross_entropy
    throw undecided(`one unit with activation ${activation} is neither a logit nor a probability`)
  }
  if (squashes) throw undecided(`${units} sigmoid units say that classes are independent, but each target is one class`)
  return activation === 'softmax' ? probability_cross_entropy : cross_entropy
}

function undecided(reason: string): TypeError {
  return new TypeError(
    `No loss was given, and none can be inferred: ${reason}. Pass one: new Learner(data, model, { loss: cross_entropy }).`,
  )
}

// A bare Activation layer, or one that only reshapes, stands behind the layer that decides.
function lastActivation(model: LayersModel): string {
  const layer = model.layers.at(-1)!
  const inner = (layer as Partial<LayersModel>).layers
  if (inner) return lastActivation(layer as unknown as LayersModel)
  if (layer.getClassName() === 'Softmax') return 'softmax'
  const { activation } = layer.getConfig() as { activation?: unknown }
  return typeof activation === 'string' ? activation : 'linear'
}
