import type { Callback, TrainingState } from '@onecycle/callbacks'
import type { Batch } from '@onecycle/data'
import { shownAs, typeError } from '@onecycle/platform'
import type { Recorder } from '@onecycle/recorder'
import { tidy } from '@tensorflow/tfjs-core'
import type { Parts } from '../checkpoint/parts.js'
import { capture, restore } from '../checkpoint/snapshot.js'
import { type LossFunction, lossOn, totalOn } from '../loss/loss-function.js'
import { arrangeBatch, type InputNames } from '../model/arrange-inputs.js'
import type { ForwardPass } from '../model/forward-pass.js'
import type { Parameter } from '../optimizer/index.js'
import { drawFrom } from '../random/draws.js'
import type { Pace } from '../work/pace.js'
import { LRFinder, type LrFindOptions, type LrFindResult } from './lr-finder.js'
import { type Look, meanLoss } from './mean-loss.js'

/** Who searches: a Learner, with what others do not see of it. */
export interface Searching extends Parts, Pick<TrainingState, 'n_train_iter' | 'reason' | 'log'> {
  readonly bus: { readonly callbacks: readonly Callback[] }
  readonly forwardPass: ForwardPass
  readonly groups: readonly (readonly Parameter[])[]
  readonly inputNames: InputNames
  readonly loss_func: LossFunction
  num_it: number | undefined
  readonly pace: Pace
  readonly recorder: Recorder
}

/**
 * A search for the learning rate, ready to be run: what is refused is refused when it is made. It trains, and puts all back that this has
 * changed.
 */
export class RateSearch {
  readonly #learn: Searching
  readonly #finder: LRFinder

  constructor(learn: Searching, options: LrFindOptions) {
    this.#learn = learn
    this.#finder = new LRFinder(options, learn.groups.length, learn.n_train_iter, n => lossAfter(learn, n))
  }

  /** @param train trains so many epochs, with a callback that hears these alone */
  async run(train: (n_epoch: number, finder: Callback) => Promise<void>): Promise<LrFindResult> {
    const learn = this.#learn
    const finder = this.#finder
    const others = learn.bus.callbacks.filter(({ sets, run }) => sets?.length && run !== false)
    try {
      for (const callback of others) callback.run = false
      await this.#inPretence(() => train(finder.epochs, finder))
    } catch (error) {
      const found = learn.reason === 'interrupted' ? finder.result : undefined
      if (found && found.lrs.length > 0) learn.recorder.lrFind = found
      throw error
    } finally {
      for (const callback of others) callback.run = true
    }
    const found = finder.result
    learn.recorder.lrFind = found
    if (found.reason) learn.log(`lr_find suggests no learning rate: ${found.reason}`)
    return shownAs(found, foundText)
  }

  /** Trains as a search of so many batches does, after which all is as it was. */
  async #inPretence(work: () => Promise<void>): Promise<void> {
    const learn = this.#learn
    learn.num_it = this.#finder.num_it
    try {
      const before = await capture(learn)
      try {
        await work()
      } finally {
        await restore(learn, before)
      }
    } finally {
      learn.num_it = undefined
    }
  }
}

/** What was found, without the curve that it was read from. */
function foundText({ lr, suggestion, suggestions, reason, lrs }: LrFindResult): string {
  const rate = (value: number) => value.toPrecision(3)
  const others = Object.entries(suggestions).flatMap(([name, found]) =>
    found && name !== suggestion ? [`${name} ${rate(found.lr)}`] : [],
  )
  return [
    lr === undefined ? `lr_find suggests no learning rate: ${reason}` : `lr ${rate(lr)}, by ${suggestion}`,
    ...(others.length > 0 ? [`others: ${others.join(', ')}`] : []),
    `of ${lrs.length} batches: lrs, losses, smooth_losses, suggestions; learn.recorder.plot() draws them`,
  ].join('\n')
}

/** What says the validation loss over so many batches. */
function lossAfter(learn: Searching, batches: number): () => Promise<number> {
  const { forwardPass, inputNames, loss_func, pace, random } = learn
  const { valid_dl } = learn.data
  if (!valid_dl)
    throw typeError('no-validation', 'lr_find cannot look at the validation loss (valid): the data has no validation set.')
  const forward = (batch: Batch) => {
    const { xs, ys } = arrangeBatch(batch, inputNames, loss_func)
    const pred = forwardPass.run(xs, false)
    return { pred, loss: lossOn(loss_func, pred, ys, batch.weights) }
  }
  const look: Look = {
    lossOf: (batch, i) => drawFrom(random.validation(i), () => tidy(() => forward(batch))),
    weigh: (batch, pred) => totalOn(loss_func, pred, arrangeBatch(batch, inputNames, loss_func).ys, batch.weights, batch.size),
    pause: () => pace.letOthersRun(),
  }
  return () => meanLoss(valid_dl, batches, look)
}
