import type { Callback, TrainingState } from '@onecycle/callbacks'
import { checkOptions, type Kind, kind, type OutputStream, show } from '@onecycle/platform'
import { checkState } from '../check-state.js'
import { EpochWatch, type EpochWatchState } from '../epoch-watch.js'
import type { EpochRow } from '../history.js'
import { SmoothenValue, type SmoothenValueState } from '../smoothing.js'
import { elementKind } from './element-kind.js'
import type { ProgressView } from './news.js'
import type { ProgressOptions } from './progress-options.js'

/** What a {@link ProgressBar} knows of the fit that runs. */
export interface ProgressBarState {
  readonly rows: readonly EpochRow[]
  readonly smooth: SmoothenValueState
  readonly epoch: EpochWatchState
}

let views: typeof import('./views.js') | undefined

/** What draws comes with the first fit that shows something: a page starts without it, and later fits wait for nothing. */
export async function loadViews(): Promise<void> {
  views = await import('./views.js')
}

const streamKind: Kind = {
  expected: 'a stream, such as process.stderr',
  fits: value => typeof (value as OutputStream | null)?.write === 'function',
}

/**
 * Shows how a fit is getting on. A terminal gets a bar that is drawn over, with the batch, the smoothed loss, batches a second
 * and the time left in this pass, or as much of that as fits in a line; anything else, and a terminal that cannot draw over a line
 * (`TERM=dumb`), gets a line now and then. Every epoch adds a line to the table that fastai prints, broken between columns where a
 * terminal is too narrow; `lr_find` has no table. However the fit ends, the bar is taken away first.
 *
 * On a page it is shown in an `element`, of the classes `onecycle-progress`, `onecycle-progress-bar` and `onecycle-progress-note`, for
 * which any style of the page's own comes before ours.
 *
 * @example
 * new Learner(data, model, { callbacks: [new ProgressBar({ stream: process.stderr })] })
 */
export class ProgressBar implements Callback {
  static readonly name: string = 'ProgressBar'
  readonly order = 60
  readonly #options: ProgressOptions
  readonly #every: number
  #view: ProgressView | undefined
  readonly #quiet: boolean
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

  constructor(options: ProgressOptions = {}) {
    if (elementKind.fits(options)) throw new TypeError('ProgressBar takes the element as an option: { element }.')
    checkOptions<ProgressOptions>('ProgressBar', options, {
      stream: streamKind,
      element: elementKind,
      hear: kind.function,
      quiet: kind.boolean,
      table: kind.boolean,
      every: kind.any,
    })
    const { every = 10, quiet = false, table = true } = options
    if (typeof every !== 'number' || !(every > 0))
      throw new RangeError(`every is ${show(every)}, and must be a number of seconds above 0, such as 10.`)
    checkPlace(options)
    this.#options = { ...options }
    this.#every = every
    this.#quiet = quiet
    this.#table = table
  }

  before_fit(learn: TrainingState): void | Promise<void> {
    if (this.#quiet || views) this.#begin(learn)
    else return loadViews().then(() => this.#begin(learn))
  }

  before_epoch(): void {
    this.#epoch = new EpochWatch()
  }

  before_train(learn: TrainingState): void {
    this.#inPass = true
    if (!learn.lr_finding || learn.train_iter === 0) this.#passBegan = performance.now()
  }

  before_validate(): void {
    this.#inPass = true
    this.#passBegan = performance.now()
  }

  after_batch(learn: TrainingState): void {
    if (!this.#running || !this.#inPass) return
    if (learn.training) {
      this.#epoch.trained = true
      this.#smooth.add(learn.lossValue)
    }
    const now = performance.now()
    if (now - this.#lastShown < this.#view!.interval) return
    this.#lastShown = now
    const status = views!.statusOf(learn, this.#smooth.value, (now - this.#passBegan) / 1000)
    this.#view!.show({ what: 'status', status })
  }

  after_train(): void {
    this.#endPass()
  }

  after_validate(): void {
    this.#epoch.validated = true
    this.#endPass()
  }

  after_epoch(learn: TrainingState): void {
    this.#endPass()
    if (!this.#running || !this.#table || learn.lr_finding || this.#epoch.idle) return
    this.#row(this.#epoch.row(learn))
  }

  after_fit(learn: TrainingState): void {
    const cutShort = learn.reason !== undefined && learn.reason !== 'completed'
    const note = this.#table && cutShort && !learn.lr_finding ? `${learn.reason} ${placeOf(learn)}` : undefined
    if (this.#running) this.#view!.show({ what: 'end', note })
    this.#running = false
  }

  /** What it has shown of the fit, for {@link restore} in another process. */
  state(): ProgressBarState {
    return { rows: this.#rows, smooth: this.#smooth.state(), epoch: this.#epoch.state() }
  }

  /** Goes on from a state: shows the epochs again that are over, so that the table is whole. */
  restore(state: ProgressBarState): void {
    checkState('ProgressBar', state, this.state())
    const { rows, smooth, epoch } = state
    this.#smooth.restore(smooth)
    this.#epoch.restore(epoch)
    this.#rows = []
    for (const row of rows) this.#row(row)
  }

  #begin({ lr_finding, metricNames }: TrainingState): void {
    this.#metricNames = metricNames
    this.#rows = []
    this.#smooth = new SmoothenValue()
    if (this.#quiet) return
    this.#running = true
    this.#view ??= views!.viewOf(this.#options, this.#every)
    this.#lastShown = this.#view.waits ? performance.now() : Number.NEGATIVE_INFINITY
    this.#view.show({ what: 'begin', lr_finding })
  }

  #row(row: EpochRow): void {
    this.#rows.push(row)
    if (this.#running && this.#table) this.#view!.show({ what: 'epoch', row, metricNames: this.#metricNames })
  }

  #endPass(): void {
    if (this.#running && this.#inPass) this.#view!.show({ what: 'pass' })
    this.#inPass = false
  }
}

function checkPlace({ stream, element, hear }: ProgressOptions): void {
  const places = Object.entries({ stream, element, hear }).filter(([, place]) => place !== undefined)
  if (places.length > 1)
    throw new TypeError(
      `ProgressBar shows progress in one place, and got ${places.map(([name]) => name).join(' and ')}: make one for each.`,
    )
}

function placeOf({ epoch, iter, n_iter }: TrainingState): string {
  return n_iter > 0 ? `in epoch ${epoch}, at batch ${iter + 1} of ${n_iter}` : 'before the first batch'
}
