import type { TrainingState } from '@onecycle/callbacks'
import { EpochWatch, type EpochWatchState } from '../epoch-watch.js'
import type { EpochRow } from '../history.js'
import { SmoothenValue, type SmoothenValueState } from '../smoothing.js'
import type { ProgressView } from './news.js'
import type { ProgressOptions } from './progress-options.js'
import { type Status, statusOf } from './status.js'
import { viewOf } from './views.js'

/** What a `ProgressBar` knows of the fit that runs. */
export interface ProgressBarState {
  readonly rows: readonly EpochRow[]
  readonly smooth: SmoothenValueState
  readonly epoch: EpochWatchState
}

/** What a `ProgressBar` does while fits run. */
export class ProgressRun {
  readonly #view: ProgressView
  readonly #table: boolean
  #running = false
  /** The epochs of the table. */
  #rows: EpochRow[] = []
  #metricNames: readonly string[] = []
  #smooth = new SmoothenValue()
  #epoch = new EpochWatch()
  /** When the pass began, and samples since. */
  #passBegan = 0
  #samples = 0
  /** When the fit was first at a batch, and where in it that was. */
  #fitBegan: { readonly time: number; readonly at: number } | undefined
  /** Not what a callback measures between two passes. */
  #inPass = false

  constructor(options: ProgressOptions) {
    this.#view = viewOf(options)
    this.#table = options.table ?? true
  }

  begin({ lr_finding, metricNames }: TrainingState): void {
    this.#metricNames = metricNames
    this.#rows = []
    this.#smooth = new SmoothenValue()
    this.#running = true
    this.#fitBegan = undefined
    if (this.#view.waits) this.#view.clock.last = performance.now()
    this.#view.show({ what: 'begin', lr_finding })
  }

  beginEpoch(): void {
    this.#epoch = new EpochWatch()
  }

  /** Not before each epoch of a search, which is one pass. */
  beginPass({ lr_finding, training, train_iter, pct_train }: TrainingState): void {
    this.#inPass = true
    this.#fitBegan ??= { time: performance.now(), at: pct_train }
    if (training && lr_finding && train_iter > 0) return
    this.#passBegan = performance.now()
    this.#samples = 0
  }

  takeIn(learn: TrainingState): void {
    if (!this.#running || !this.#inPass) return
    if (learn.training) {
      this.#epoch.trained = true
      this.#smooth.add(learn.lossValue)
    }
    this.#samples += learn.bs
    const now = performance.now()
    const { interval, clock } = this.#view
    if (now - clock.last < interval) return
    clock.last = now
    this.#view.show({ what: 'status', status: this.#statusAt(now, learn) })
  }

  #statusAt(now: number, learn: TrainingState): Status {
    const { time, at } = this.#fitBegan!
    const fit = { seconds: (now - time) / 1000, share: learn.pct_train - at }
    const loss = this.#smooth.state().count > 0 ? this.#smooth.value : undefined
    return statusOf(learn, loss, { seconds: (now - this.#passBegan) / 1000, samples: this.#samples, fit })
  }

  endPass({ training }: TrainingState): void {
    if (!training) this.#epoch.validated = true
    this.#hidePass()
  }

  endEpoch(learn: TrainingState): void {
    this.#hidePass()
    if (!this.#running || !this.#table || learn.lr_finding || this.#epoch.idle) return
    this.#row(this.#epoch.row(learn))
  }

  end(learn: TrainingState): void {
    const cutShort = learn.reason !== undefined && learn.reason !== 'completed'
    const note = this.#table && cutShort && !learn.lr_finding ? `${learn.reason} ${placeOf(learn)}` : undefined
    if (this.#running) this.#view.show({ what: 'end', note })
    this.#running = false
  }

  state(): ProgressBarState {
    return { rows: this.#rows, smooth: this.#smooth.state(), epoch: this.#epoch.state() }
  }

  restore({ rows, smooth, epoch }: ProgressBarState): void {
    this.#smooth.restore(smooth)
    this.#epoch.restore(epoch)
    this.#rows = []
    for (const row of rows) this.#row(row)
  }

  #row(row: EpochRow): void {
    this.#rows.push(row)
    if (this.#running && this.#table) this.#view.show({ what: 'epoch', row, metricNames: this.#metricNames })
  }

  #hidePass(): void {
    if (this.#running && this.#inPass) this.#view.show({ what: 'pass' })
    this.#inPass = false
  }
}

function placeOf({ epoch, iter, n_iter }: TrainingState): string {
  return n_iter > 0 ? `in epoch ${epoch}, at batch ${iter + 1} of ${n_iter}` : 'before the first batch'
}
