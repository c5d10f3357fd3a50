import type { Callback } from '@onecycle/callbacks'
import type { BatchStream } from '@onecycle/data'
import { clone, customGrad, mul, type Scalar, tidy } from '@tensorflow/tfjs-core'
import { type Beside, meetings, mostAmid, type Ranks } from '../distributed/ranks.js'
import { override } from '../inspect/around.js'
import type { Learner } from '../learner.js'
import { weighted } from '../loss/weighted-mean.js'
import { layersOf } from '../model/layers.js'
import { stockClasses } from '../model/random-layers.js'
import type { Model } from '../model/trainable-model.js'
import { type BatchNorm, normOfRanks } from './norm-of-ranks.js'

/** TensorFlow.js's batch norms in a model: what others make of the moments is not known. */
export function batchNormsOf(model: Model): BatchNorm[] {
  const [stock] = stockClasses['BatchNormalization']!
  return layersOf(model).filter((layer): layer is BatchNorm => layer.constructor === (stock as unknown))
}

/** Numbers that batch norms bring to a meeting. */
export function roomFor(norms: readonly BatchNorm[]): number {
  return 1 + 2 * Math.max(...norms.map(({ movingMean }) => movingMean.shape[0]!))
}

/**
 * Has batch norms normalize with the moments of all ranks, in the forward pass of each training batch.
 *
 * What comes back through these moments is of the losses of all ranks, each by what its part counts: so gradients are times that from the loss on.
 */
export class NormsOfRanks implements Callback<Learner>, Beside {
  readonly name = 'NormsOfRanks'
  /** After all others, who may have put another loss in the place of the batch's. */
  readonly order = 4e9
  readonly run_valid = false
  readonly #ranks: Ranks
  readonly #undo: readonly (() => void)[]
  /** Whether a forward pass is one of all ranks: others run the model too, to look into it. */
  #together = false
  #counts = true
  #number = 0

  constructor(ranks: Ranks, norms: readonly BatchNorm[]) {
    this.#ranks = ranks
    this.#undo = norms.map(layer =>
      override(layer, 'call', before => (inputs, options) => {
        const x = Array.isArray(inputs) ? inputs[0] : inputs
        const isLast = layer.axis === -1 || layer.axis + 1 === x?.rank
        if (!(this.#together && options['training'] && x && isLast)) return before(inputs, options)
        const counts = this.#counts
        return tidy(() => normOfRanks(layer, x, { counts, sum: own => this.#sum(own) }))
      }),
    )
  }

  before_batch({ dl, iter, train_iter }: Learner): void {
    this.#together = true
    this.#counts = !dl.borrows?.(iter)
    this.#number = mostAmid * train_iter
  }

  before_backward(learn: Learner): void {
    this.#together = false
    const counts = this.#counts ? countsOf(learn) : 0
    learn.loss = times(learn.loss, counts)
    this.#ranks.weighed = true
  }

  after_cancel_batch(): void {
    this.apart()
  }

  async beside(dl: BatchStream, batch: number, samples: number): Promise<number> {
    this.#counts = !dl.borrows?.(batch)
    const [size] = await this.#ranks.meet(meetings.beside, batch, [this.#counts ? samples : 0])
    this.#number = mostAmid * batch
    this.#together = true
    return size!
  }

  apart(): void {
    this.#together = false
  }

  /** Leaves the layers as they were. */
  end(): void {
    this.apart()
    for (const undo of this.#undo) undo()
  }

  #sum(own: readonly number[]): readonly number[] {
    return this.#ranks.meetAtOnce(meetings.amid, this.#number++, own)
  }
}

/** A loss whose gradient is so many times what it was. */
const times = (loss: Scalar, factor: number): Scalar =>
  customGrad<Scalar>(given => ({ value: clone(given as Scalar), gradFunc: dy => mul(dy, factor) }))(loss)

/** What the loss of this rank's part counts, as the loop finds it when the pass is over. */
function countsOf({ loss_func: { counts }, pred, yb, weights, bs }: Learner): number {
  if (!counts && !weights) return bs
  const values = tidy(() => (counts ? weighted(counts(pred, yb), weights) : weights!).dataSync())
  return Float64Array.from(values).reduce((sum, value) => sum + value, 0)
}
