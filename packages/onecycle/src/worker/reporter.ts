import type { Callback } from '@onecycle/callbacks'
import type { Learner } from '@onecycle/learner'
import { type History, SmoothenValue } from '@onecycle/recorder'
import { whereOf } from '@onecycle/recorder/internal'
import type { TrainingEvents } from '../bridge/events.js'
import type { SentEvent } from '../bridge/protocol.js'

/** Milliseconds between two messages about a running fit. */
const interval = 100

/** What a history has of each batch. */
type BatchRecord = Pick<History, 'losses' | 'smooth_losses' | 'lrs' | 'moms'>

/**
 * Tells the page what happens, in messages that gather what came since the last: a batch costs a look at the clock. What is told of
 * batches is read off the Recorder, so that the page has what that has.
 */
export class Reporter implements Callback<Learner> {
  readonly name = 'Reporter'
  readonly order = 90
  readonly #send: (events: readonly SentEvent[]) => void
  #events: SentEvent[] = []
  #lastSent = 0
  #fit: { readonly record: BatchRecord; readonly smooth: SmoothenValue; batches: number; epochs: number } | undefined

  constructor(send: (events: readonly SentEvent[]) => void) {
    this.#send = send
  }

  before_fit(learn: Learner): void {
    const { lr_finding, n_epoch, n_train_iter, num_it, metricNames } = learn
    const record = lr_finding ? { losses: [], smooth_losses: [], lrs: [], moms: [] } : learn.recorder.history
    this.#fit = { record, smooth: new SmoothenValue(), batches: 0, epochs: 0 }
    this.#tell('begin', { lr_finding, n_epoch, n_train_iter, batches: num_it ?? n_epoch * n_train_iter, metricNames })
    this.#flush()
  }

  after_batch(learn: Learner): void {
    if (!this.#fit) return
    if (learn.lr_finding && learn.training) this.#recordSearch(learn)
    if (performance.now() - this.#lastSent >= interval) this.report(learn)
  }

  /** Tells what there is, now. */
  report(learn: Learner): void {
    if (!this.#fit) return
    this.#tellBatches(learn)
    this.#tellProgress(learn)
    this.#flush()
  }

  after_epoch(learn: Learner): void {
    const fit = this.#fit
    if (!fit || learn.lr_finding) return
    this.#tellBatches(learn)
    for (const row of learn.recorder.history.epochs.slice(fit.epochs)) this.#tell('epoch', row)
    fit.epochs = learn.recorder.history.epochs.length
  }

  after_fit(learn: Learner): void {
    if (!this.#fit) return
    const { lr_finding, reason } = learn
    this.#tellBatches(learn)
    this.#tellProgress(learn)
    this.#tell('end', { lr_finding, reason: reason!, history: lr_finding ? undefined : learn.recorder.history })
    this.#flush()
    this.#fit = undefined
  }

  #recordSearch({ lossValue, opt }: Learner): void {
    const { record, smooth } = this.#fit!
    record.losses.push(lossValue)
    record.smooth_losses.push(smooth.add(lossValue))
    record.lrs.push(opt.get('lr').at(-1)!)
  }

  #tellBatches({ lr_finding }: Learner): void {
    const fit = this.#fit!
    const { losses, smooth_losses, lrs, moms } = fit.record
    const first = fit.batches
    if (losses.length === first) return
    fit.batches = losses.length
    const since = (values: readonly number[]) => values.slice(first)
    this.#tell('batches', {
      ...{ lr_finding, first, losses: since(losses), smooth_losses: since(smooth_losses) },
      ...{ lrs: since(lrs), moms: since(moms) },
    })
  }

  #tellProgress(learn: Learner): void {
    const loss = this.#fit!.record.smooth_losses.at(-1) ?? Number.NaN
    this.#tell('progress', { ...whereOf(learn), loss })
  }

  #tell<Name extends keyof TrainingEvents>(name: Name, content: TrainingEvents[Name]): void {
    this.#events.push([name, content])
  }

  #flush(): void {
    this.#lastSent = performance.now()
    this.#send(this.#events)
    this.#events = []
  }
}
