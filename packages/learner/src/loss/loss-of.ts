import type { DataBunch } from '@onecycle/data'
import { codeOf, isClass, show, typeError } from '@onecycle/platform'
import { losses } from '@tensorflow/tfjs-core'
import { lookUp, namesHint } from '../check/names.js'
import type { Predictions } from '../metric/metric.js'
import type { Model } from '../model/trainable-model.js'
import { binary, checkLoss, heldBy, isBinary, several } from './check-loss.js'
import { type HeadTargets, headsLoss, headsOf } from './heads.js'
import { inferFor, inferLoss } from './infer-loss.js'
import type { LossFunction } from './loss-function.js'
import { isSigmoid, type Output, outputOf } from './output.js'
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

/** A loss by name, for the option `loss` of a Learner: that of a function here, or Keras's name for it. */
export type LossName = keyof typeof named

const byName = lookUp<(typeof named)[LossName]>(named)

/** Losses that take targets first: ours would be given to them the wrong way round. */
const stockLosses = new Map<unknown, string>(Object.entries(losses).map(([name, loss]) => [loss, name]))

/** What can be asked for as the loss of a Learner. */
export type LossLike = LossFunction | LossName

/** The losses of several outputs by their names. */
export type LossesByName = Readonly<Record<string, LossLike>>

/**
 * The loss of a Learner: what was asked for, or what its data and model say.
 *
 * @throws TypeError when none was given and none can be inferred, for a name that is none, or for one that does not fit what the model
 * ends in; RangeError where names of outputs differ
 */
export function lossOf(
  given: LossLike | LossesByName | undefined,
  model: Model,
  data: Pick<DataBunch, 'target' | 'targetShape' | 'heads'>,
  weights?: Readonly<Record<string, number>>,
): LossFunction {
  const { target, targetShape = [], heads } = data
  if (target === 'none')
    throw typeError(
      'no-targets',
      "The training data has no targets, so that there is nothing to learn from it. Give it y; y: 'x' is the input itself, for a model that is to " +
        'give that back.',
    )
  const byName = typeof given === 'object' && given !== null ? given : undefined
  if (heads && (given === undefined || byName)) return lossOfHeads(byName ?? {}, headsOf(heads, model), weights)
  if (weights)
    throw typeError(
      'one-or-other',
      'loss_weights weighs the losses of several outputs, which are chosen by name or inferred: there is one loss here.',
    )
  if (given === undefined) return inferLoss(model, target, targetShape)
  return fitting(given as LossLike, outputOf(model))
}

function lossOfHeads(
  given: LossesByName,
  heads: readonly HeadTargets[],
  weights: Readonly<Record<string, number>> | undefined,
): LossFunction {
  for (const name of Object.keys(given))
    if (!heads.some(head => head.name === name))
      throw typeError(
        'unknown-output',
        `The option loss has an entry ${show(name)}, but the outputs are ${heads.map(head => head.name).join(', ')}.`,
      )
  const losses = heads.map(({ name, targets, output }) => {
    try {
      if (given[name] !== undefined) return { name, loss: fitting(given[name], output) }
      if (!output) throw typeError('which-loss', `the model does not say what it ends in. Give loss: { ${name}: ... }.`)
      return { name, loss: inferFor(output, targets) }
    } catch (cause) {
      throw typeError(codeOf(cause, 'which-loss'), `The output ${name}: ${(cause as Error).message}`, { cause })
    }
  })
  return headsLoss(losses, weights)
}

function fitting(given: LossLike, output: Output | undefined): LossFunction {
  const loss = typeof given === 'string' ? called(given, output) : given
  checkFunction(loss)
  if (output) checkLoss(loss, output)
  return loss
}

/** The loss of a name, in the form that fits the model. */
function called(name: string, output: Output | undefined): LossFunction {
  const loss = byName(name)
  if (!loss)
    throw typeError(
      'unknown-loss',
      `There is no loss ${show(name)} to give as the option loss. ${namesHint(name, named)}; any function of (pred, target) that ` +
        'returns a scalar will do.',
    )
  if (typeof loss === 'function') return loss
  if (!output && name !== loss.logits.name)
    throw typeError(
      'which-loss',
      `The option loss is ${show(name)}, but what the model's output holds is not known: pass ${loss.logits.name} for logits, or ` +
        `${loss.probabilities.name} for probabilities.`,
    )
  const activation = output?.activation
  return activation === 'softmax' || isSigmoid(activation) ? loss.probabilities : loss.logits
}

function checkFunction(loss: unknown): void {
  const stock = stockLosses.get(loss)
  if (stock)
    throw typeError(
      'turned-round',
      `The option loss is tf.losses.${stock}, which takes the targets first. Turn it round: ` +
        `loss: (pred, target) => tf.losses.${stock}(target, pred).`,
    )
  if (typeof loss === 'function' && !isClass(loss)) return
  throw typeError(
    'not-a-loss',
    `The option loss is ${isClass(loss) ? `the class ${loss.name}` : show(loss)}; expected a function of (pred, target) that returns a scalar, ` +
      'such as cross_entropy, or the name of a loss; where the data has several targets these by their names.',
  )
}

/** What the metrics of a Learner may know of its predictions. */
export function predictionsHeld(loss: LossFunction, model: Model): Predictions {
  return predictionsOf(loss, outputOf(model))
}

/** What they may know of those of one output. */
export function predictionsOf(loss: LossFunction, output: Output | undefined): Predictions {
  return {
    holds: heldBy(loss, output),
    binary: isBinary(loss) || (output?.units === 1 && isSigmoid(output.activation)),
  }
}
