import { isClass, show } from '@onecycle/platform'
import { losses } from '@tensorflow/tfjs-core'
import { lookUp, namesHint } from '../check/names.js'
import type { Predictions } from '../metric/metric.js'
import type { Model } from '../model/trainable-model.js'
import { binary, checkLoss, heldBy, isBinary, several } from './check-loss.js'
import { inferLoss, type TargetKind } from './infer-loss.js'
import type { LossFunction } from './loss-function.js'
import { isSigmoid, outputOf } from './output.js'
import { mae, mse } from './regression.js'

/**
 * Names of losses, ours and Keras's. The cross-entropies have two forms each, of logits and of probabilities: a name means the one
 * that fits the model's last layer.
 */
const named = {
  cross_entropy: several,
  categoricalCrossentropy: several,
  sparseCategoricalCrossentropy: several,
  binary_cross_entropy: binary,
  binaryCrossentropy: binary,
  probability_cross_entropy: several.probabilities,
  probability_binary_cross_entropy: binary.probabilities,
  mse,
  meanSquaredError: mse,
  mae,
  meanAbsoluteError: mae,
}

/** A loss by name; see {@link LearnerOptions.loss}. */
export type LossName = keyof typeof named

const byName = lookUp<(typeof named)[LossName]>(named)

/** Losses that take targets first: ours would be given to them the wrong way round. */
const stockLosses = new Map<unknown, string>(Object.entries(losses).map(([name, loss]) => [loss, name]))

/**
 * The loss of a Learner: what was asked for, or what its data and model say.
 *
 * @throws TypeError when none was given and none can be inferred, for a name that is none, or for one that does not fit what the model
 * ends in
 */
export function lossOf(given: LossFunction | LossName | undefined, model: Model, target: TargetKind | undefined): LossFunction {
  if (given === undefined) return inferLoss(model, target)
  const loss = typeof given === 'string' ? called(given, model) : given
  checkFunction(loss)
  const output = outputOf(model)
  if (output) checkLoss(loss, output)
  return loss
}

/** The loss of a name, in the form that fits the model. */
export function called(name: string, model: Model): LossFunction {
  const loss = byName(name)
  if (!loss)
    throw new TypeError(
      `There is no loss ${show(name)} to give as the option loss. ${namesHint(name, named)}; any function of (pred, target) that ` +
        'returns a scalar will do.',
    )
  if (typeof loss === 'function') return loss
  const output = outputOf(model)
  if (!output && name !== loss.logits.name)
    throw new TypeError(
      `The option loss is ${show(name)}, but what the model's output holds is not known: pass ${loss.logits.name} for logits, or ` +
        `${loss.probabilities.name} for probabilities.`,
    )
  const activation = output?.activation
  return activation === 'softmax' || isSigmoid(activation) ? loss.probabilities : loss.logits
}

function checkFunction(loss: unknown): void {
  const stock = stockLosses.get(loss)
  if (stock)
    throw new TypeError(
      `The option loss is tf.losses.${stock}, which takes the targets first. Turn it round: ` +
        `loss: (pred, target) => tf.losses.${stock}(target, pred).`,
    )
  if (typeof loss === 'function' && !isClass(loss)) return
  throw new TypeError(
    `The option loss is ${isClass(loss) ? `the class ${loss.name}` : show(loss)}; expected a function of (pred, target) that returns a scalar, ` +
      'such as cross_entropy, or the name of a loss.',
  )
}

/** What the metrics of a Learner may know of its predictions. */
export function predictionsHeld(loss: LossFunction, model: Model): Predictions {
  const output = outputOf(model)
  return {
    holds: heldBy(loss, output),
    binary: isBinary(loss) || (output?.units === 1 && isSigmoid(output.activation)),
  }
}
