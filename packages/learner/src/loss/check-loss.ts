import { typeError } from '@onecycle/platform'
import { binary_cross_entropy, probability_binary_cross_entropy } from './binary-cross-entropy.js'
import { cross_entropy, probability_cross_entropy } from './cross-entropy.js'
import type { LossFunction } from './loss-function.js'
import { isSigmoid, type Output } from './output.js'
import { mae, mse } from './regression.js'

/** The cross-entropies, for one of several classes and for yes or no, by what they take. */
export const several = { logits: cross_entropy, probabilities: probability_cross_entropy }
export const binary = { logits: binary_cross_entropy, probabilities: probability_binary_cross_entropy }

/** Activations after which a logit has too little room: a probability made of one never comes near 0, or near 0 and 1. */
const bounded = new Set(['relu', 'relu6', 'softplus', 'tanh', 'softsign'])

/**
 * Refuses one of our losses that does not belong to what the model ends in: it would train, and settle at a loss that is none of the
 * data's. A loss of the person's own is left alone, and so is a last layer that is not known.
 *
 * @throws TypeError that names the loss, the activation, and the loss or the activation that fits
 */
export function checkLoss(given: LossFunction, { units, activation }: Output): void {
  const loss = plain(given)
  if (!isOurs(loss)) return
  const refuse = (why: string, fix: string) => {
    throw typeError('wrong-activation', `The loss ${given.name} does not fit the model's last layer: ${why}. ${fix}.`)
  }
  const use = (other: LossFunction, kept: LossFunction) =>
    given === loss
      ? `Use loss: ${other.name}, or leave the activation out and keep ${kept.name}`
      : `Use ${given.name}({ fromLogits: false }), or leave the activation out`
  const behind = `that layer ends in ${activation}`
  if (units === 1) {
    if (activation === 'softmax')
      refuse('a softmax over one unit always answers 1', `Use activation: 'sigmoid' and loss: ${binary.probabilities.name}`)
    if (family(loss) === several)
      refuse(
        'it chooses among several classes, and that layer has one unit, which says yes or no',
        `Use loss: ${isSigmoid(activation) ? binary.probabilities.name : binary.logits.name}`,
      )
  }
  if (activation === undefined) return
  if (loss === several.logits) {
    if (activation === 'softmax')
      refuse(`it takes logits, and ${behind}, whose answers are probabilities`, use(several.probabilities, several.logits))
    if (isSigmoid(activation))
      refuse(
        `it takes logits of any size, and ${behind}, whose answers lie between 0 and 1`,
        `Leave the activation out; for units that are independent of each other use loss: ${binary.probabilities.name}`,
      )
  }
  if (loss === several.probabilities && activation !== 'softmax')
    refuse(
      `it takes probabilities that add up to 1, and ${behind}`,
      isSigmoid(activation)
        ? `Use activation: 'softmax'; for units that are independent of each other use loss: ${binary.probabilities.name}`
        : given === loss
          ? `Use loss: ${several.logits.name}, which takes logits, or activation: 'softmax'`
          : `Leave fromLogits out for a layer without activation, or use activation: 'softmax'`,
    )
  if (loss === binary.logits) {
    if (isSigmoid(activation))
      refuse(`it takes logits, and ${behind}, whose answers are probabilities`, use(binary.probabilities, binary.logits))
    if (activation === 'softmax')
      refuse(`it takes logits, and ${behind}, whose answers are probabilities`, use(several.probabilities, several.logits))
    if (bounded.has(activation))
      refuse(`it takes logits of any size, and ${behind}, which bounds them`, 'Leave the activation out')
  }
  if (loss === binary.probabilities && !isSigmoid(activation) && activation !== 'softmax')
    refuse(
      `it takes probabilities, and ${behind}`,
      `Use loss: ${binary.logits.name}, which takes logits of a layer without activation, or activation: 'sigmoid'`,
    )
}

/** What the model's output holds, by the loss it is trained with and the layer it ends in; undefined where neither says. */
export function heldBy(loss: LossFunction, output: Output | undefined): 'logits' | 'probabilities' | undefined {
  const pair = family(loss)
  if (pair) return plain(loss) === pair.logits ? 'logits' : 'probabilities'
  const { activation } = output ?? {}
  return activation === 'softmax' || isSigmoid(activation) ? 'probabilities' : undefined
}

/** Whether the loss asks each unit for a yes or no of its own. */
export function isBinary(loss: LossFunction): boolean {
  return family(loss) === binary
}

/** What a form of a loss is a form of. */
function plain(loss: LossFunction): LossFunction {
  return loss.like ?? loss
}

function family(given: LossFunction) {
  const loss = plain(given)
  return [several, binary].find(({ logits, probabilities }) => loss === logits || loss === probabilities)
}

function isOurs(loss: LossFunction): boolean {
  return family(loss) !== undefined || loss === mse || loss === mae
}
