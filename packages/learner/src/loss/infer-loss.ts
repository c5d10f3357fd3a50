import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
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
 * | classes | several units, softmax | cross-entropy of probabilities |
 * | classes | several units, no sigmoid | cross-entropy of logits |
 * | two classes | one unit with sigmoid / without activation | binary cross-entropy of probabilities / of logits |
 * | values | softmax | cross-entropy of probabilities (soft labels) |
 * | values | neither softmax nor sigmoid | mean squared error |
 *
 * The last layer is the one that decides what the output stands for: an Activation layer, or what stands before layers
 * that only reshape, drop out or average.
 *
 * @param target whether the targets are class labels or values, as {@link DataBunch.target} says
 * @throws TypeError with the reason where that leaves more than one choice.
 * @example
 * inferLoss(sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] }), 'class').name   // 'cross_entropy'
 */
export function inferLoss(model: Model, target: TargetKind | undefined): LossFunction {
  if (!isLayersModel(model)) throw undecided('the model is not a LayersModel, so what its output stands for is not known')
  if (model.outputs.length > 1) throw undecided(`the model has ${model.outputs.length} outputs`)
  if (target === undefined) throw undecided('the data source does not say whether its targets are classes or values')
  const output = model.outputs[0]!
  const units = output.shape.at(-1)
  const activation = activationBehind(output)
  const squashes = /sigmoid/i.test(activation)
  if (target === 'value') {
    if (activation === 'softmax') return probability_cross_entropy
    if (squashes)
      throw undecided('values behind a sigmoid can mean probabilities (binary_cross_entropy) or numbers in [0, 1] (mse)')
    return mse
  }
  if (units === 1) {
    if (activation === 'sigmoid') return probability_binary_cross_entropy
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

type Layer = LayersModel['layers'][number]

/** Layers behind which logits are still logits and probabilities still probabilities. */
const transparent = new Set([
  'Flatten',
  'Reshape',
  'Permute',
  'Dropout',
  'AveragePooling1D',
  'AveragePooling2D',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
])

function activationBehind({ sourceLayer, inputs }: SymbolicTensor): string {
  const { outputs, layer: wrapped } = sourceLayer as Partial<LayersModel> & { layer?: Layer }
  if (outputs) return activationBehind(outputs[0]!)
  if (transparent.has(sourceLayer.getClassName()) && inputs[0]) return activationBehind(inputs[0])
  return activationOf(wrapped ?? sourceLayer)
}

function activationOf(layer: Layer): string {
  if (layer.getClassName() === 'Softmax') return 'softmax'
  const { activation } = layer.getConfig() as { activation?: unknown }
  return typeof activation === 'string' ? activation : 'linear'
}
