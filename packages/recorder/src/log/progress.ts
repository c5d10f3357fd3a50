import type { Callback, TrainingState } from '@onecycle/callbacks'
import { canRedraw, checkOptions, type Kind, kind, type OutputStream, show, standardOutput, writeTo } from '@onecycle/platform'
import { EpochWatch } from '../epoch-watch.js'
import { SmoothenValue } from '../smoothing.js'
import { tableHeader, tableRow } from './epoch-table.js'
import { OutputGuard } from './output-guard.js'
import { barLine, statusLine, statusOf } from './status.js'

/** Where progress is written; `process.stdout` is one. It may close or fill up: the training goes on. */
export interface ProgressStream extends OutputStream {
  /** Whether it has more than it can take; a bar is not drawn then. */
  writableNeedDrain?: boolean
}

export interface ProgressOptions {
  /** Default: standard output, in a page the console. */
  stream?: ProgressStream | undefined
  /** Write nothing at all. Default false. */
  quiet?: boolean | undefined
  /** Print the epoch table. Default true; without it only the bar is shown, which leaves nothing behind. */
  table?: boolean | undefined
  /** Without a terminal: seconds between two lines about the running epoch. Default 10. */
  every?: number | undefined
}

const streamKind: Kind = {
  expected: 'a stream, such as process.stderr',
  fits: value => typeof (value as OutputStream | null)?.write === 'function',
}

/** Milliseconds between two drawings of the bar. */
const redraw = 100

/**
 * Shows how a fit is getting on. A terminal gets a bar that is drawn over, with the batch, the smoothed loss, batches a second
 * and the time left in this pass, or as much of that as fits in a line; anything else, and a terminal that cannot draw over a line
 * (`TERM=dumb`), gets a line now and then. Every epoch adds a line to the table that fastai prints, broken between columns where a
 * terminal is too narrow; `lr_find` has no table. However the fit ends, the bar is taken away first.
 *
 * @example
 * new Learner(data, model, { callbacks: [new ProgressBar({ stream: process.stderr })] })
 */
export class ProgressBar implements Callback {
  static readonly name: string = 'ProgressBar'
  readonly order = 60
  readonly #stream: ProgressStream
  readonly #quiet: boolean
  readonly #table: boolean
  readonly #redraws: boolean
  readonly #interval: number
  readonly #guard: OutputGuard
  #running = false
  #barShown = false
  #header = ''
  #smooth = new SmoothenValue()
  #epoch = new EpochWatch()
  #passBegan = 0
  /** Not what a callback measures between two passes. */
  #inPass = false
  #lastShown = 0

  constructor(options: ProgressOptions = {}) {
    checkOptions<ProgressOptions>('ProgressBar', options, {
      stream: streamKind,
      quiet: kind.boolean,
      table: kind.boolean,
      every: kind.any,
    })
    const { stream = standardOutput(), quiet = false, table = true, every = 10 } = options
    if (typeof every !== 'number' || !(every > 0))
      throw new RangeError(`every is ${show(every)}, and must be a number of seconds above 0, such as 10.`)
    this.#stream = stream
    this.#quiet = quiet
    this.#table = table
    this.#redraws = canRedraw(stream)
    this.#interval = this.#redraws ? redraw : every * 1000
    this.#guard = new OutputGuard(stream)
  }

  before_fit(): void {
    this.#running = !this.#quiet
    this.#header = ''
    this.#smooth = new SmoothenValue()
    this.#lastShown = this.#redraws ? -redraw : performance.now()
    if (this.#running) this.#guard.before_fit()
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
    if (now - this.#lastShown < this.#interval) return
    this.#lastShown = now
    const status = statusOf(learn, this.#smooth.value, (now - this.#passBegan) / 1000)
    if (!this.#redraws) this.#line(statusLine(status))
    else if (!this.#stream.writableNeedDrain) {
      writeTo(this.#stream, `\r${barLine(status, this.#width)}\x1b[K`)
      this.#barShown = true
    }
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
    const header = tableHeader(learn.metricNames, this.#width)
    if (header !== this.#header) this.#line(header)
    this.#header = header
    this.#line(tableRow(this.#epoch.row(learn), learn.metricNames, this.#width))
  }

  after_fit(learn: TrainingState): void {
    this.#clear()
    const cutShort = learn.reason !== undefined && learn.reason !== 'completed'
    if (this.#running && this.#table && cutShort && !learn.lr_finding) this.#line(`${learn.reason} ${placeOf(learn)}`)
    this.#running = false
    this.#guard.after_fit()
  }

  /** Characters that a line may have: the last column stays free, for some terminals go on to the next line with it. */
  get #width(): number {
    return this.#stream.isTTY ? (this.#stream.columns || 80) - 1 : Number.POSITIVE_INFINITY
  }

  #line(text: string): void {
    writeTo(this.#stream, `${text}\n`)
  }

  #endPass(): void {
    this.#inPass = false
    this.#clear()
  }

  #clear(): void {
    if (this.#barShown) writeTo(this.#stream, '\r\x1b[K')
    this.#barShown = false
  }
}

function placeOf({ epoch, iter, n_iter }: TrainingState): string {
  return n_iter > 0 ? `in epoch ${epoch}, at batch ${iter + 1} of ${n_iter}` : 'before the first batch'
}
