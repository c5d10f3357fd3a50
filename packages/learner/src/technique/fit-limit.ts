import { type Callback, CancelFit, CancelTrain, type TrainingState } from '@onecycle/callbacks'
import { checkCount, checkNumber, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'

/** When a fit ends before its epochs: after so many steps, or so much time. */
export interface FitLimitOptions {
  /** Training batches after which the fit ends. */
  maxSteps?: number | undefined
  /** Time after which it ends: seconds, or '90 s', '30 min', '8 h'. */
  maxTime?: number | string | undefined
}

/** What a {@link FitLimit} knows. */
export interface FitLimitState {
  /** The time that the fit has had, of all processes that it was in. */
  readonly seconds: number
  readonly over: boolean
}

type Ranked = TrainingState & { readonly ranks?: { readonly now: number } | undefined }

const units: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 }

/**
 * Ends a fit after so many batches or so much time, with the batch that is running then: the epoch's validation follows, so that the last
 * row of the table is complete, and the fit's reason is 'stopped'. Schedules know nothing of it: they go by the position in a
 * whole fit. A fit that goes on from a checkpoint has what is left of its time. It is left alone by the mock training of `lr_find`.
 *
 * @throws RangeError when maxSteps is not a whole number of at least 1, or maxTime no time above 0; TypeError for an unknown option, and
 * without any.
 * @example
 * await learn.fit_one_cycle(100, 1e-2, { callbacks: new FitLimit({ maxTime: '8 h' }) })
 */
export class FitLimit implements Callback {
  static readonly name: string = 'FitLimit'
  readonly name = 'FitLimit'
  /** After those who record the batch. */
  readonly order = 65
  readonly run_valid = false
  readonly #steps: number
  readonly #time: number
  #began = 0
  /** Milliseconds before the fit was begun anew. */
  #used = 0
  #over = false
  /** Of several ranks all go by the clock of the first, and end with one batch. */
  #clock: number | undefined

  constructor(options: FitLimitOptions) {
    checkOptions<FitLimitOptions>('FitLimit', options, { maxSteps: kind.any, maxTime: kind.either(kind.number, kind.string) })
    const { maxSteps, maxTime } = options
    if (maxSteps === undefined && maxTime === undefined)
      throw typeError(
        'missing-option',
        "FitLimit needs maxSteps or maxTime: new FitLimit({ maxSteps: 1000 }), new FitLimit({ maxTime: '8 h' }).",
      )
    this.#steps = maxSteps === undefined ? Number.POSITIVE_INFINITY : checkCount('maxSteps', maxSteps)
    this.#time = maxTime === undefined ? Number.POSITIVE_INFINITY : 1000 * seconds(maxTime)
  }

  before_fit({ ranks }: Ranked): void {
    this.#clock = ranks?.now
    this.#began = this.#now
    this.#used = 0
    this.#over = false
  }

  after_batch({ train_iter, lr_finding, ranks }: Ranked): void {
    this.#clock = ranks?.now
    if (lr_finding || (train_iter < this.#steps && this.#spent < this.#time)) return
    this.#over = true
    throw new CancelTrain()
  }

  after_epoch(): void {
    if (this.#over) throw new CancelFit()
  }

  /** What it knows, for {@link restore} in another process: the time that the fit has had, and whether that or its batches are over. */
  state(): FitLimitState {
    return { seconds: this.#spent / 1000, over: this.#over }
  }

  /** Goes on from a state, within a fit. Throws TypeError for what is none. */
  restore(state: FitLimitState): void {
    const { seconds, over } = (state ?? {}) as Partial<FitLimitState>
    if (!Number.isFinite(seconds) || typeof over !== 'boolean')
      throw typeError(
        'wrong-state',
        `FitLimit was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
      )
    this.#began = this.#now
    this.#used = 1000 * seconds!
    this.#over = over
  }

  get #spent(): number {
    return this.#used + this.#now - this.#began
  }

  get #now(): number {
    return this.#clock ?? performance.now()
  }
}

function seconds(time: number | string): number {
  if (typeof time === 'number') return checkNumber('maxTime', time, { above: 0 })
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(s|min|h)\s*$/.exec(time) ?? []
  const value = Number(number) * (units[unit ?? ''] ?? 0)
  if (value > 0) return value
  throw rangeError(
    'not-a-time',
    `maxTime must be a time above 0, in seconds or such as '90 s', '30 min' or '8 h', but it is ${show(time)}.`,
  )
}
