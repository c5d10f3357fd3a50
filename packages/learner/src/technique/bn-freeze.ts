import type { Callback } from '@onecycle/callbacks'
import type { Learner } from '../learner.js'
import { layersOf } from '../model/layers.js'
import { isNormalization } from '../model/normalization.js'
import type { Layer } from '../model/trainable-model.js'

/**
 * Has batch norms stand still while a fit trains: they use and keep their running statistics, and their scale and offset, where small
 * batches, or few, would only spoil what they know from elsewhere. It is `trainable = false` on all layers with running statistics for the
 * time of the fit. (In frozen groups alone it is the Learner's option `train_bn: false`.)
 *
 * Source: fastai 2's `BnFreeze`, which does so where scale and offset are frozen; that is what happens here anyway.
 *
 * @example
 * await learn.fine_tune(3, 1e-3, { callbacks: new BnFreeze() })
 */
export class BnFreeze implements Callback<Learner> {
  static readonly name: string = 'BnFreeze'
  readonly name = 'BnFreeze'
  #stopped: Layer[] = []

  before_fit({ model }: Learner): void {
    this.#stopped = layersOf(model).filter(layer => isNormalization(layer) && 'movingMean' in layer && layer.trainable)
    for (const layer of this.#stopped) layer.trainable = false
  }

  after_fit(): void {
    for (const layer of this.#stopped) layer.trainable = true
    this.#stopped = []
  }
}
