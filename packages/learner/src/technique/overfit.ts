import { type Callback, CancelFit, type Rates, type Tensors } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind } from '@onecycle/platform'
import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { asBefore, checkLearner } from './as-before.js'

/** What `overfit` is given: steps on the one batch, and their rate. */
export interface OverfitOptions {
  /** Steps on the batch. Default 100. */
  steps?: number | undefined
  /** Learning rate. Default: that of `fit`. */
  lr?: Rates | undefined
}

/**
 * Trains on one batch again and again, which every program should be able to learn by heart: where the loss does not fall close to its
 * least, data, model, loss and rate do not fit each other, and more data will not help. A line says how far it fell. Afterwards all is as it
 * was before, as after `lr_find`; trackers and schedules hear nothing of it.
 *
 * @returns the loss of each step.
 * @throws RangeError when steps is not a whole number of at least 2; TypeError for an unknown option; else as `fit`.
 * @example
 * const losses = await overfit(learn, { steps: 200, lr: 1e-2 })
 */
export async function overfit(learn: Learner, options: OverfitOptions = {}): Promise<number[]> {
  checkLearner('overfit', learn)
  checkOptions<OverfitOptions>('overfit', options, { steps: kind.any, lr: kind.any })
  const { steps = 100 } = options
  checkCount('steps', steps, 2)
  const batch = new OneBatch(steps)
  const epochs = Math.ceil(steps / learn.n_train_iter)
  const rate = 'lr' in options ? { lr: options.lr } : {}
  await asBefore(learn, async remember => {
    // What saves, stops or reports stays silent in a search of so many batches.
    learn.num_it = steps
    try {
      await learn.fit({ epochs, ...rate, callbacks: [remember, batch] })
    } finally {
      learn.num_it = undefined
    }
  })
  const { losses } = batch
  learn.log(
    `overfit: in ${losses.length} steps the loss of one batch went from ${losses[0]!.toPrecision(4)} to ${losses.at(-1)!.toPrecision(4)}.`,
  )
  return losses
}

/** Has the first batch in the place of all. */
class OneBatch implements Callback<Learner> {
  readonly name = 'OneBatch'
  readonly order = -90
  readonly losses: number[] = []
  readonly #steps: number
  #xb: Tensors | undefined
  #yb: Tensors | undefined
  #weights: Tensor | undefined

  constructor(steps: number) {
    this.#steps = steps
  }

  before_batch(learn: Learner): void {
    this.#xb ??= copyOf(learn.xb)
    this.#yb ??= copyOf(learn.yb)
    learn.xb = cloneOf(this.#xb)
    learn.yb = cloneOf(this.#yb)
    if (learn.weights) this.#weights ??= keep(learn.weights.clone())
    learn.weights = this.#weights?.clone()
  }

  after_batch({ lossValue }: Learner): void {
    this.losses.push(lossValue)
    if (this.losses.length >= this.#steps) throw new CancelFit()
  }

  after_fit(): void {
    dispose([this.#xb ?? [], this.#yb ?? [], this.#weights ?? []].flat())
  }
}

const cloneOf = (tensors: Tensors): Tensors => (Array.isArray(tensors) ? tensors.map(each => each.clone()) : tensors.clone())

function copyOf(tensors: Tensors): Tensors {
  const copy = cloneOf(tensors)
  for (const tensor of [copy].flat() as Tensor[]) keep(tensor)
  return copy
}
