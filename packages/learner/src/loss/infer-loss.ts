import type { DataBunch } from '@onecycle/data'
import { typeError } from '@onecycle/platform'
import { isLayersModel, type Model } from '../model/trainable-model.js'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import type { LossFunction } from './loss-function.js'
import { isSigmoid, type Output, outputOf } from './output.js'
import { mse } from './regression.js'

/** What a Learner may know of targets: what they are, and the shape of one without the batch axis. */
export type Targets = Pick<DataBunch, 'target' | 'targetShape'>

/**
 * The loss that fits the targets and the model's last layer.
 *
 * | targets | last layer | loss |
 * |---|---|---|
 * | classes | several units, softmax | cross-entropy of probabilities |
 * | classes | several units, no sigmoid | cross-entropy of logits |
 * | two classes | one unit with a sigmoid / without activation | binary cross-entropy of probabilities / of logits |
 * | several labels | a unit for each, with a sigmoid / without activation | binary cross-entropy of probabilities / of logits |
 * | values | several units, softmax | cross-entropy of probabilities (soft labels) |
 * | values | neither softmax nor sigmoid | mean squared error |
 *
 * Classes may be of samples, or of their steps or pixels: the output then has the shape of the targets, and the classes' units as its last axis.
 * The last layer is the one that decides what the output stands for: an Activation layer, or what stands before layers
 * that only reshape, drop out, average or join.
 *
 * @param target what the targets are, as {@link DataBunch.target} says
 * @param targetShape shape of one target without the batch axis, as {@link DataBunch.targetShape} says. Default []
 * @throws TypeError with the reason where that leaves more than one choice, or none.
 * @example
 * inferLoss(sequential({ layers: [layers.dense({ units: 3, inputShape: [4] })] }), 'class').name   // 'cross_entropy'
 */
export function inferLoss(
  model: Model,
  target: DataBunch['target'] | undefined,
  targetShape: readonly number[] = [],
): LossFunction {
  if (!isLayersModel(model)) throw undecided('the model is not a LayersModel, so what its output stands for is not known')
  const output = outputOf(model)
  if (!output) throw undecided(`the model has ${model.outputs.length} outputs`, '([a, b], [ya, yb]) => tf.add(...)')
  if (target === undefined) throw undecided('the data source does not say whether its targets are classes or values')
  return inferFor(output, { target, targetShape: [...targetShape] })
}

/** The loss of one output. Throws as {@link inferLoss}. */
export function inferFor(output: Output, { target, targetShape }: Targets): LossFunction {
  const { units, activation = 'linear', shape } = output
  if (units === 1 && activation === 'softmax')
    throw undecided('one unit with activation softmax always answers 1. Give it the activation sigmoid instead', sigmoidLoss)
  if (target === 'value') {
    if (activation === 'softmax') return probability_cross_entropy
    if (!isSigmoid(activation)) return mse
    throw undecided(
      `values behind a ${activation} can mean probabilities (${sigmoidLoss}) or numbers in [0, 1] (${mse.name})`,
      sigmoidLoss,
    )
  }
  if (target === 'multilabel') {
    if (isSigmoid(activation)) return probability_binary_cross_entropy
    if (activation === 'linear') return binary_cross_entropy
    throw undecided(
      `each label is a yes or no of its own, and a layer that ends in ${activation} answers otherwise. Leave the activation out`,
      binary_cross_entropy.name,
    )
  }
  const places = `[${targetShape}]`
  const answers = shape.slice(1)
  if (targetShape.length > 0 && !fits(targetShape, answers.slice(0, -1))) {
    if (!fits(targetShape, answers))
      throw undecided(
        `the targets are classes of shape ${places}, and the model's output of shape [${answers}] has none for each. Give it the shape ` +
          `[${[...targetShape, 'classes']}]`,
        cross_entropy.name,
      )
    if (activation === 'softmax') return probability_cross_entropy
    if (isSigmoid(activation)) return probability_binary_cross_entropy
    throw undecided(
      `integers of shape ${places} for an output of that shape can be a yes or no of each (target: 'multilabel' of the data) or values (target: 'value')`,
      binary_cross_entropy.name,
    )
  }
  if (units === 1) {
    if (isSigmoid(activation)) return probability_binary_cross_entropy
    if (activation === 'linear') return binary_cross_entropy
    throw undecided(
      `one unit with activation ${activation} is neither a logit nor a probability. Leave the activation out`,
      binary_cross_entropy.name,
    )
  }
  if (isSigmoid(activation))
    throw undecided(
      `${units} sigmoid units say that classes are independent, but each target is one class. Give the layer the activation softmax`,
      probability_cross_entropy.name,
    )
  return activation === 'softmax' ? probability_cross_entropy : cross_entropy
}

/** Whether sides are the same, as far as they are known. */
function fits(expected: readonly number[], sides: readonly (number | null)[]): boolean {
  return expected.length === sides.length && sides.every((side, i) => side === null || side === expected[i])
}

const sigmoidLoss = probability_binary_cross_entropy.name

function undecided(reason: string, loss = '(pred, target) => tf.mean(...)'): TypeError {
  return typeError(
    'which-loss',
    `No loss was given, and none can be inferred: ${reason}. Pass one: new Learner(data, model, { loss: ${loss} }).`,
  )
}
