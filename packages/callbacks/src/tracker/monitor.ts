import { checkNumber, checkOptions, type Kinds, kind, plainError, show, typeError } from '@onecycle/platform'
import type { Better, TrainingState, Weights } from '../training-state.js'
import { type DirectionOptions, directionKinds, givenDirection } from './direction.js'
import { checkFigure, directionOf } from './figure.js'

/** What a callback that watches a figure is given: which figure, which way is better, and by how much. */
export interface MonitorOptions extends DirectionOptions {
  /** What is watched: `valid_loss` (default), `train_loss`, or the name of a metric. */
  monitor?: string | undefined
  /** An improvement is a change by more than this. Default 0. */
  min_delta?: number | undefined
  /** Whether a new fit forgets what the last one knew: the best value, its weights, the epochs waited. Default true. */
  reset_on_fit?: boolean | undefined
  /** The best value so far, from an earlier run, say; what does not exceed it is no improvement. Default: none. Keras: `initial_value_threshold`. */
  best?: number | undefined
  /** Whether the weights of the best epoch are kept in memory, and put back when the fit ends, however it ends. Default false. */
  restore_best?: boolean | undefined
}

export const monitorKinds: Kinds<MonitorOptions> = {
  ...directionKinds,
  monitor: kind.string,
  min_delta: kind.any,
  reset_on_fit: kind.boolean,
  best: kind.any,
  restore_best: kind.boolean,
}

/** Whose rule a tracker follows. */
export const trackerForms = ['fastai2', 'fastai1'] as const

/** Where a tracker says what it did; `console.log` by default. */
export type Log = (message: string) => void

const noEpochs = { all: 0, measured: 0, finite: 0 }

/** What a {@link Monitor} knows. Plain JSON, but for the weights. */
export interface MonitorState {
  readonly monitor: string
  /** The best value so far, or null before the first. */
  readonly best: number | null
  /** Which way it is better, or null before the first fit. */
  readonly better: Better | null
  /** The best epoch's weights, when they are kept. */
  readonly weights?: Weights
  /** The epochs of the fit so far: all, those that had the figure, and those in which it was a number. */
  readonly epochs?: { readonly all: number; readonly measured: number; readonly finite: number }
}

/**
 * Watches one figure of the epochs and knows its best value. An epoch that lacks the figure (its validation was skipped)
 * counts neither way, and the mock training of `lr_find` not at all. Source: fastai 2's `TrackerCallback`.
 *
 * @example
 * const monitor = new Monitor({ monitor: 'accuracy' })
 * const cheer: Callback = {
 *   before_fit: learn => void monitor.begin(learn),
 *   after_epoch: async learn => {
 *     if (!monitor.improves(learn)) return
 *     await monitor.keep(learn)
 *     console.log(`the best so far: ${monitor.best}`)
 *   },
 * }
 */
export class Monitor {
  static readonly name: string = 'Monitor'
  readonly monitor: string
  /** Whether the best weights are put back when a fit ends. */
  readonly restores: boolean
  readonly #owner: string
  readonly #given: Better | undefined
  readonly #min_delta: number
  readonly #reset: boolean
  readonly #first: number | undefined
  #better: Better | undefined
  #best: number | undefined
  #weights: Weights | undefined
  /** The fit that is watched. */
  #learn: TrainingState | undefined
  #restored = false
  /** Of its fit. */
  #epochs = { ...noEpochs }

  /**
   * @param owner who watches, for messages, and has looked at the options
   * @throws RangeError when `min_delta` is negative or not a number, `best` is not a number, or the direction is none.
   */
  constructor(options: MonitorOptions = {}, owner?: string) {
    if (typeof owner !== 'string') checkOptions<MonitorOptions>('Monitor', options, monitorKinds)
    const { monitor = 'valid_loss', min_delta = 0, reset_on_fit = true, best, restore_best = false } = options
    this.monitor = monitor
    this.#owner = owner ?? 'A tracker'
    this.#given = givenDirection(options)
    this.#better = this.#given
    this.#min_delta = checkNumber('min_delta', min_delta, { min: 0 })
    this.#reset = reset_on_fit
    this.#first = best === undefined ? undefined : checkNumber('best', best)
    this.#best = this.#first
    this.restores = restore_best
  }

  /** The best value so far; infinitely bad before the first, and NaN before the first fit has said which way is better. */
  get best(): number {
    if (this.#best !== undefined) return this.#best
    return this.#better ? this.#sign * Number.NEGATIVE_INFINITY : Number.NaN
  }

  set best(value: number) {
    this.#best = value
  }

  /** Whether a best value is known, of an earlier epoch or as the option said. */
  get known(): boolean {
    return this.#best !== undefined
  }

  /** Which way the figure is better, as the options or its metric said; undefined before the first fit. */
  get better(): Better | undefined {
    return this.#better
  }

  /**
   * Begins a fit. Returns whether what was known has been forgotten.
   *
   * @throws Error when no figure of that name will be there, or nobody says which way it is better.
   */
  begin(learn: TrainingState): boolean {
    checkFigure(this.#owner, this.monitor, learn)
    const better = this.#given ?? directionOf(this.#owner, this.monitor, learn)
    if (this.#restored) this.#checkSame(this.monitor, better)
    this.#better = better
    this.#learn = learn
    if (!this.#restored) this.#epochs = { ...noEpochs }
    const anew = this.#reset && !this.#restored
    this.#restored = false
    if (anew) {
      this.#best = this.#first
      this.#weights = undefined
    }
    return anew
  }

  /** Counts this epoch. Says whether its value is the best so far, or undefined when there is none. */
  improves(learn: TrainingState): boolean | undefined {
    const value = learn.values[this.monitor]
    this.#epochs.all++
    if (value !== undefined) this.#epochs.measured++
    if (Number.isFinite(value)) this.#epochs.finite++
    if (value === undefined || !Number.isFinite(value)) return value === undefined ? undefined : false
    return this.#sign * value - this.#min_delta > this.#sign * this.best
  }

  /** Takes this epoch's value for the best, and its weights where they are to be put back. */
  async keep(learn: TrainingState): Promise<void> {
    if (this.restores) this.#weights = await learn.getWeights()
    this.#best = learn.values[this.monitor]!
  }

  /**
   * Ends a fit, however it ended: puts the best weights back, and says so when there was never anything to watch. A fit that trained
   * nothing changes nothing.
   */
  async end(): Promise<void> {
    const learn = this.#learn
    this.#learn = undefined
    this.#restored = false
    if (!learn || learn.train_iter === 0) return
    const { monitor, restores, known, best } = this
    const { all, measured, finite } = this.#epochs
    if (all > 0 && finite === 0) {
      const what = measured > 0 ? `${monitor} that is a number` : monitor
      learn.log(`${this.#owner} could do nothing: none of the ${all} epochs had a ${what}.`)
    }
    if (this.#weights) await learn.setWeights(this.#weights)
    else if (restores && known)
      learn.log(
        `${this.#owner} has no better weights to put back: ${monitor} was never better than ${best}. The last epoch's stay.`,
      )
  }

  state(): MonitorState {
    const { monitor } = this
    const known = { best: this.#best ?? null, better: this.#better ?? null, ...(this.#weights && { weights: this.#weights }) }
    return { monitor, ...known, epochs: { ...this.#epochs } }
  }

  /** Goes on from a state; the next fit does not forget it. Throws Error when it is of another figure or direction. */
  restore(state: MonitorState): void {
    this.check(state)
    const { monitor, best, better, weights, epochs = noEpochs } = state
    this.#checkSame(monitor, better ?? this.#better)
    this.#best = best ?? undefined
    this.#better = this.#given ?? better ?? undefined
    this.#weights = weights
    this.#epochs = { ...epochs }
    this.#restored = true
  }

  /** Throws TypeError for what `state` cannot have given. */
  protected check(state: MonitorState, fits = true): void {
    const { monitor, best, better, epochs = noEpochs } = (state ?? {}) as Partial<MonitorState>
    const { all, measured, finite } = Object(epochs) as typeof noEpochs
    const known = [null, 'lower', 'higher'].includes(better as null)
    if (
      fits &&
      known &&
      [all, measured, finite].every(Number.isSafeInteger) &&
      typeof monitor === 'string' &&
      (best === null || Number.isFinite(best))
    )
      return
    throw typeError(
      'wrong-state',
      `${this.#owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`,
    )
  }

  #checkSame(monitor: string, better: Better | undefined): void {
    if (monitor === this.monitor && (this.#better ?? better) === better) return
    const words = (figure: string, way: Better | undefined) => `${figure}${way ? `, better when ${way}` : ''}`
    throw plainError(
      'resume-mismatch',
      `${this.#owner} was to go on with what is known of ${words(monitor, better)}, but watches ${words(this.monitor, this.#better)}.`,
    )
  }

  get #sign(): 1 | -1 {
    return this.#better === 'lower' ? -1 : 1
  }
}
