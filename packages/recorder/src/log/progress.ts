import type { Callback, TrainingState } from '@onecycle/callbacks'
import { EpochWatch } from '../epoch-watch.js'
import { formatFigure, formatNumber, formatTime } from '../render/number.js'
import { SmoothenValue } from '../smoothing.js'
import { tableHeader, tableRow } from './epoch-table.js'

/** Where progress is written; `process.stdout` is one. */
export interface ProgressStream {
  write(text: string): unknown
  /** Whether a line can be drawn over. */
  isTTY?: boolean
  /** Characters in a line; 80 when missing or 0, as some terminals say that do not know. */
  columns?: number
}

export interface ProgressOptions {
  /** Default: standard output. */
  stream?: ProgressStream | undefined
  /** Write nothing at all. Default false. */
  quiet?: boolean | undefined
  /** Print the epoch table. Default true; without it only the bar is shown, which leaves nothing behind. */
  table?: boolean | undefined
  /** Without a terminal: seconds between two lines about the running epoch. Default 10. */
  every?: number | undefined
}

/** Milliseconds between two drawings of the bar. */
const redraw = 100

/**
 * Shows how a fit is getting on. A terminal gets a bar that is drawn over, with the batch, the smoothed loss, the rate
 * and the time left in this pass; anything else gets a line now and then. Every epoch adds a line to the table that
 * fastai prints; `lr_find` has no table. However the fit ends, the bar is taken away first.
 *
 * @example
 * new Learner(data, model, { callbacks: [new ProgressBar({ stream: process.stderr })] })
 */
export class ProgressBar implements Callback {
  readonly order = 60
  readonly #stream: ProgressStream
  readonly #quiet: boolean
  readonly #table: boolean
  readonly #interval: number
  #running = false
  #barShown = false
  #headerShown = false
  #smooth = new SmoothenValue()
  #epoch = new EpochWatch()
  #passBegan = 0
  #lastShown = 0

  constructor(options: ProgressOptions = {}) {
    const { stream = process.stdout, quiet = false, table = true, every = 10 } = options
    if (!(every > 0)) throw new RangeError(`every is ${every}, and must be a number of seconds above 0, such as 10.`)
    this.#stream = stream
    this.#quiet = quiet
    this.#table = table
    this.#interval = stream.isTTY ? redraw : every * 1000
  }

  before_fit(): void {
    this.#running = !this.#quiet
    this.#headerShown = false
    this.#smooth = new SmoothenValue()
    this.#lastShown = this.#stream.isTTY ? -redraw : performance.now()
  }

  before_epoch(): void {
    this.#epoch = new EpochWatch()
  }

  before_train(): void {
    this.#passBegan = performance.now()
  }

  before_validate(): void {
    this.#passBegan = performance.now()
  }

  after_batch(learn: TrainingState): void {
    if (!this.#running) return
    if (learn.training) {
      this.#epoch.trained = true
      this.#smooth.add(learn.lossValue)
    }
    const now = performance.now()
    if (now - this.#lastShown < this.#interval) return
    this.#lastShown = now
    if (this.#stream.isTTY) {
      this.#stream.write(`\r${barLine(this.#status(learn, now), (this.#stream.columns || 80) - 1)}\x1b[K`)
      this.#barShown = true
    } else this.#line(plainLine(this.#status(learn, now)))
  }

  after_train(): void {
    this.#clear()
  }

  after_validate(): void {
    this.#epoch.validated = true
    this.#clear()
  }

  after_epoch(learn: TrainingState): void {
    this.#clear()
    if (!this.#running || !this.#table || learn.lr_finding || this.#epoch.idle) return
    if (!this.#headerShown) this.#line(tableHeader(learn.metricNames))
    this.#headerShown = true
    this.#line(tableRow(this.#epoch.row(learn), learn.metricNames))
  }

  after_fit(learn: TrainingState): void {
    this.#clear()
    const cutShort = learn.reason !== undefined && learn.reason !== 'completed'
    if (this.#running && this.#table && cutShort && !learn.lr_finding)
      this.#line(`${learn.reason} in epoch ${learn.epoch}, at batch ${learn.iter + 1} of ${learn.n_iter}`)
    this.#running = false
  }

  #status(learn: TrainingState, now: number): Status {
    const done = learn.iter + 1
    const seconds = (now - this.#passBegan) / 1000
    return {
      epoch: learn.lr_finding ? 'lr_find' : `epoch ${learn.epoch + 1}/${learn.n_epoch}`,
      pass: learn.training ? 'train' : 'valid',
      done,
      total: learn.n_iter,
      loss: Number.isNaN(this.#smooth.value) ? '' : `loss ${formatFigure(this.#smooth.value)}`,
      rate: `${formatNumber(done / seconds, 3).padStart(4)} it/s`,
      left: Number.isFinite(learn.n_iter) ? `${formatTime(((learn.n_iter - done) * seconds) / done)} left` : '',
    }
  }

  #line(text: string): void {
    this.#stream.write(`${text.trimEnd()}\n`)
  }

  #clear(): void {
    if (this.#barShown) this.#stream.write('\r\x1b[K')
    this.#barShown = false
  }
}

interface Status {
  epoch: string
  pass: string
  done: number
  total: number
  loss: string
  rate: string
  left: string
}

function plainLine({ epoch, pass, done, total, loss, rate, left }: Status): string {
  return [epoch, pass, `${done}/${total}`, loss, rate, left].filter(Boolean).join('  ')
}

/** The status in exactly one line: the bar takes the room that the words leave, and the words are cut if they must be. */
function barLine(status: Status, width: number): string {
  const { epoch, pass, done, total, loss, rate, left } = status
  const count = `${String(done).padStart(String(total).length)}/${total}`
  const before = `${epoch}  ${pass}  `
  const after = ['', count, loss, rate, left].filter((text, i) => text || i === 0).join('  ')
  const room = Math.min(40, width - before.length - after.length)
  if (room < 5) return plainLine(status).slice(0, Math.max(0, width))
  const filled = Number.isFinite(total) ? Math.min(room, Math.round((room * done) / total)) : 0
  return `${before}${'━'.repeat(filled)}${'─'.repeat(room - filled)}${after}`
}
