import type { DataBunch } from '@onecycle/data'
import { checkNumber, orderByName, show, typeError } from '@onecycle/platform'
import { add, mul, type Scalar, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import type { Model } from '../model/trainable-model.js'
import { isPure, pure } from '../replay/replayable.js'
import { type HeadLoss, type LossFunction, lossOn } from './loss-function.js'
import { type Output, outputsOf } from './output.js'

/** What a Learner knows of an output among several: its targets, and what the model ends in there. */
export interface HeadTargets {
  readonly name: string
  readonly targets: NonNullable<DataBunch['heads']>[string]
  /** Undefined where the model does not say. */
  readonly output: Output | undefined
}

/**
 * The outputs of a model that has several, each with its targets, in the model's order.
 *
 * @throws RangeError where names differ
 */
export function headsOf(heads: NonNullable<DataBunch['heads']>, model: Model): HeadTargets[] {
  const outputs = outputsOf(model)
  const names = Object.keys(heads)
  const own = outputs?.map(({ name }) => name) ?? names
  orderByName('outputs', { who: 'the data', names }, { who: 'the model', names: own })
  return own.map((name, i) => ({ name, targets: heads[name]!, output: outputs?.[i] }))
}

/**
 * The sum of the losses of several outputs, each by its weight. Over a pass it is averaged by samples, or by their weights; where an output's loss
 * counts by its classes too, only that output's own column is exact.
 *
 * @throws TypeError or RangeError for weights that are none
 */
export function headsLoss(
  losses: readonly Omit<HeadLoss, 'weight'>[],
  weights: Readonly<Record<string, number>> = {},
): LossFunction {
  for (const [name, weight] of Object.entries(weights)) {
    if (!losses.some(loss => loss.name === name))
      throw typeError(
        'unknown-output',
        `loss_weights has an entry ${show(name)}, but the outputs are ${losses.map(loss => loss.name).join(', ')}.`,
      )
    checkNumber(`loss_weights: ${name}`, weight, { min: 0 })
  }
  const heads = losses.map(each => ({ ...each, weight: weights[each.name] ?? 1 }))
  const sum = <T extends Tensor>(of: (head: HeadLoss, i: number) => T) =>
    tidy(() =>
      heads.map((head, i) => (head.weight === 1 ? of(head, i) : mul(of(head, i), head.weight))).reduce((a, b) => add(a, b)),
    ) as T
  const loss = (preds: Tensor[], targets: Tensor[], sampleWeights?: Tensor) =>
    sum<Scalar>(({ loss }, i) => lossOn(loss, preds[i]!, targets[i]!, sampleWeights))
  const each = (preds: Tensor[], targets: Tensor[]) => sum<Tensor1D>(({ loss }, i) => loss.each!(preds[i]!, targets[i]!))
  Object.defineProperty(loss, 'name', { value: heads.map(said).join(' + ') })
  const whole = Object.assign(
    loss as unknown as LossFunction,
    { better: 'lower' as const, heads },
    heads.every(head => head.loss.each) && { each },
  )
  return heads.every(head => isPure(head.loss)) ? pure(whole) : whole
}

const said = ({ name, loss, weight }: HeadLoss) => `${weight === 1 ? '' : `${weight} * `}${loss.name} of ${name}`
