import type { TrainingState } from '@onecycle/callbacks'
import { EpochWatch, type EpochWatchState } from '../epoch-watch.js'
import type { EpochRow } from '../history.js'
import { SmoothenValue, type SmoothenValueState } from '../smoothing.js'
import type { ProgressView } from './news.js'
import type { ProgressOptions } from './progress-options.js'
import { statusOf } from './status.js'
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
  #passBegan = 0
  /** Not what a callback measures between two passes. */
  #inPass = false
  #lastShown = 0

  constructor(options: ProgressOptions, every: number) {
    this.#view = viewOf(options, every)
    this.#table = options.table ?? true
  }

  begin({ lr_finding, metricNames }: TrainingState): void {
    this.#metricNames = metricNames
    this.#rows = []
    this.#smooth = new SmoothenValue()
    this.#running = true
    this.#lastShown = this.#view.waits ? performance.now() : Number.NEGATIVE_INFINITY
    this.#view.show({ what: 'begin', lr_finding })
  }

  beginEpoch(): void {
    this.#epoch = new EpochWatch()
  }

  /** Not before each epoch of a search, which is one pass. */
  beginPass({ lr_finding, training, train_iter }: TrainingState): void {
    this.#inPass = true
    if (!(training && lr_finding) || train_iter === 0) this.#passBegan = performance.now()
  }

  takeIn(learn: TrainingState): void {
    if (!this.#running || !this.#inPass) return
    if (learn.training) {
      this.#epoch.trained = true
      this.#smooth.add(learn.lossValue)
    }
    const now = performance.now()
    if (now - this.#lastShown < this.#view.interval) return
    this.#lastShown = now
    this.#view.show({ what: 'status', status: statusOf(learn, this.#smooth.value, (now - this.#passBegan) / 1000) })
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
