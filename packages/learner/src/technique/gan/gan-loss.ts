import { kind, show, typeError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { binary_cross_entropy } from '../../loss/binary-cross-entropy.js'
import { type LossFunction, lossOn } from '../../loss/loss-function.js'

/** What the generator is to make small: of what the critic says of its output, the output itself, and what is real. */
export type GenLoss = (fake_pred: tf.Tensor, output: tf.Tensor, target: tf.Tensor) => tf.Scalar
/** What the critic is to make small: of what it says of real samples, and of generated ones. */
export type CritLoss = (real_pred: tf.Tensor, fake_pred: tf.Tensor) => tf.Scalar

/**
 * The two losses of a GAN whose critic says how likely a sample is real: it is to call real ones 1 and others 0, and the generator to have
 * it call 1 what it makes (the form that does not saturate). Source: fastai 2's `gan_loss_from_func`; Goodfellow et al. 2014
 * (arXiv:1406.2661).
 *
 * @param loss_gen what else the generator is to make small between its output and the target, where there is one; undefined for nothing
 * @param loss_crit of the critic's answers and ones or zeros. Default `binary_cross_entropy`, for a critic that answers with logits
 * @param weights_gen of the critic's part and of `loss_gen` in the generator's loss. Default [1, 1]
 * @throws TypeError for what is no loss, or no two weights
 * @example
 * const [gen_loss_func, crit_loss_func] = gan_loss_from_func(mae, binary_cross_entropy, [1, 100])
 */
export function gan_loss_from_func(
  loss_gen?: LossFunction,
  loss_crit: LossFunction = binary_cross_entropy,
  weights_gen: readonly [number, number] = [1, 1],
): [GenLoss, CritLoss] {
  for (const [name, loss] of Object.entries({ loss_gen, loss_crit }))
    if (loss !== undefined && typeof loss !== 'function')
      throw typeError('not-a-loss', `${name} is ${show(loss)}; expected a loss, such as binary_cross_entropy.`)
  if (!kind.listOf(kind.number).fits(weights_gen) || weights_gen.length !== 2)
    throw typeError('wrong-argument', `weights_gen is ${show(weights_gen)}; expected two numbers, such as [1, 100].`)
  const [ofCritic, ofTarget] = weights_gen
  const called = (pred: tf.Tensor, real: boolean) => lossOn(loss_crit, pred, real ? tf.onesLike(pred) : tf.zerosLike(pred))
  return [
    (fake_pred, output, target) => {
      const loss = tf.mul<tf.Scalar>(called(fake_pred, true), ofCritic)
      return loss_gen ? tf.add<tf.Scalar>(loss, tf.mul(lossOn(loss_gen, output, target), ofTarget)) : loss
    },
    (real_pred, fake_pred) => tf.div<tf.Scalar>(tf.add(called(real_pred, true), called(fake_pred, false)), 2),
  ]
}

/**
 * The losses of a Wasserstein GAN: the critic is to tell real samples from others by as much as it can, lower for real ones, and the
 * generator to lower what it says of its own. Sources: Arjovsky et al. 2017 (arXiv:1701.07875); fastai 2's `GANLearner.wgan`.
 */
export const wganLosses: readonly [GenLoss, CritLoss] = [
  fake_pred => tf.mean(fake_pred),
  (real_pred, fake_pred) => tf.sub(tf.mean(real_pred), tf.mean(fake_pred)),
]
