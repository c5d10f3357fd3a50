import type { Predictions } from '../metric/metric.js'
import type { Model } from '../model/trainable-model.js'
import { checkLoss, heldBy, isBinary } from './check-loss.js'
import { inferLoss, type TargetKind } from './infer-loss.js'
import type { LossFunction } from './loss-function.js'
import { isSigmoid, outputOf } from './output.js'

/**
 * The loss of a Learner: what was asked for, or what its data and model say.
 *
 * @throws TypeError when none was given and none can be inferred, or it does not fit what the model ends in
 */
export function lossOf(given: LossFunction | undefined, model: Model, target: TargetKind | undefined): LossFunction {
  if (given === undefined) return inferLoss(model, target)
  const output = outputOf(model)
  if (output) checkLoss(given, output)
  return given
}

/** What the metrics of a Learner may know of its predictions. */
export function predictionsHeld(loss: LossFunction, model: Model): Predictions {
  const output = outputOf(model)
  return {
    holds: heldBy(loss, output),
    binary: isBinary(loss) || (output?.units === 1 && isSigmoid(output.activation)),
  }
}
