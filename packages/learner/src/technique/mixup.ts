import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { drawBeta } from './beta.js'
import { type Mix, Mixing, type MixOptions, mixture } from './mixing.js'

/**
 * Trains on mixtures: each sample of a batch is mixed with another one, and their targets by the same shares, so that the model
 * answers evenly between what it has seen. Shares are drawn for each sample from Beta(alpha, alpha), the larger part its own. Inputs are floats;
 * the loss takes shares of classes, as the cross-entropies here do. Validation sees the data as it is.
 *
 * Sources: Zhang et al. 2018 (arXiv:1710.09412); fastai 2's `MixUp`, default alpha 0.4.
 *
 * @throws RangeError when alpha is not above 0; TypeError for an unknown option. In the first batch: TypeError for inputs that are no floats.
 * @example
 * await learn.fit_one_cycle(10, 1e-2, { callbacks: new MixUp() })
 */
export class MixUp extends Mixing {
  static override readonly name: string = 'MixUp'
  override readonly name = 'MixUp'

  constructor(options: MixOptions = {}) {
    super('MixUp', options, 0.4)
  }

  protected override draw({ random, bs }: Learner): Mix {
    const stream = random.stream('mixup')
    const own = () => {
      const share = drawBeta(stream, this.alpha)
      return Math.max(share, 1 - share)
    }
    const shares = Float32Array.from({ length: bs }, own)
    return { shares, mix: (x, others) => mixture(x, others, tf.tensor1d(shares)) }
  }
}
