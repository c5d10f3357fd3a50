import { checkNumber, foreignName, type Kinds, kind, nearestName, show } from '@onecycle/platform'
import type { Better, TrainingState, Weights } from '../training-state.js'
import { type DirectionOptions, directionKinds, givenDirection } from './direction.js'

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

/** What a {@link Monitor} knows. Plain JSON, but for the weights. */
export interface MonitorState {
  readonly monitor: string
  /** The best value so far, or null before the first. */
  readonly best: number | null
  /** Which way it is better, or null before the first fit. */
  readonly better: Better | null
  /** The best epoch's weights, when they are kept. */
  readonly weights?: Weights
}

/**
 * Watches one figure of the epochs and knows its best value. An epoch that lacks the figure (its validation was skipped)
 * counts neither way, and the mock training of `lr_find` not at all. Source: fastai 2's `TrackerCallback`.
 */
export class Monitor {
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
  #epochs = 0
  #seen = 0
  #numbers = 0

  /**
   * @param owner who watches, for messages
   * @throws RangeError when `min_delta` is negative or not a number, `best` is not a number, or the direction is none.
   */
  constructor(options: MonitorOptions = {}, owner = 'A tracker') {
    const { monitor = 'valid_loss', min_delta = 0, reset_on_fit = true, best, restore_best = false } = options
    this.monitor = monitor
    this.#owner = owner
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
    checkFigure(this.monitor, learn, this.#owner)
    const better = this.#given ?? learn.betterOf(this.monitor) ?? unknownDirection(this.monitor, this.#owner)
    if (this.#restored) this.#checkSame(this.monitor, better)
    this.#better = better
    this.#learn = learn
    this.#epochs = this.#seen = this.#numbers = 0
    const anew = this.#reset && !this.#restored
    this.#restored = false
    if (anew) {
      this.#best = this.#first
      this.#weights = undefined
    }
    return anew
  }

  /** Whether this epoch's value is the best so far, or undefined when there is none. */
  improves(learn: TrainingState): boolean | undefined {
    this.#epochs++
    const value = learn.values[this.monitor]
    if (value === undefined) return undefined
    this.#seen++
    if (!Number.isFinite(value)) return false
    this.#numbers++
    return this.#sign * value - this.#min_delta > this.#sign * this.best
  }

  /** Takes this epoch's value for the best, and its weights where they are to be put back. */
  async keep(learn: TrainingState): Promise<void> {
    if (this.restores) this.#weights = await learn.getWeights()
    this.#best = learn.values[this.monitor]!
  }

  /** Ends a fit, however it ended: puts the best weights back, and says so when there was never anything to watch. */
  async end(): Promise<void> {
    const learn = this.#learn
    this.#learn = undefined
    if (!learn) return
    if (this.#epochs > 0 && this.#numbers === 0)
      learn.log(
        `${this.#owner} could do nothing: none of the ${this.#epochs} epochs had a ${this.monitor}${this.#seen > 0 ? ' that is a number' : ''}.`,
      )
    if (this.#weights) await learn.setWeights(this.#weights)
    else if (this.restores && this.known)
      learn.log(
        `${this.#owner} has no better weights to put back: ${this.monitor} was never better than ${this.best}. The model is as the last epoch left it.`,
      )
  }

  state(): MonitorState {
    const { monitor } = this
    return { monitor, best: this.#best ?? null, better: this.#better ?? null, ...(this.#weights && { weights: this.#weights }) }
  }

  /** Goes on from a state; the next fit does not forget it. Throws Error when it is of another figure or direction. */
  restore(state: MonitorState): void {
    this.check(state)
    const { monitor, best, better, weights } = state
    this.#checkSame(monitor, better ?? this.#better)
    this.#best = best ?? undefined
    this.#better = this.#given ?? better ?? undefined
    this.#weights = weights
    this.#restored = true
  }

  /** Throws TypeError for what {@link state} cannot have given. */
  protected check(state: MonitorState, fits = true): void {
    const { monitor, best, better } = (state ?? {}) as Partial<MonitorState>
    const known = [null, 'lower', 'higher'].includes(better as null)
    if (fits && known && typeof monitor === 'string' && (best === null || Number.isFinite(best))) return
    throw new TypeError(`${this.#owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
  }

  #checkSame(monitor: string, better: Better | undefined): void {
    if (monitor === this.monitor && (this.#better ?? better) === better) return
    const words = (figure: string, way: Better | undefined) => `${figure}${way ? `, better when ${way}` : ''}`
    throw new Error(
      `${this.#owner} was to go on with what is known of ${words(monitor, better)}, but watches ${words(this.monitor, this.#better)}.`,
    )
  }

  get #sign(): 1 | -1 {
    return this.#better === 'lower' ? -1 : 1
  }
}

/** @throws Error when this fit will not have the figure. */
function checkFigure(monitor: string, learn: TrainingState, owner: string): void {
  const all = ['train_loss', 'valid_loss', ...learn.metricNames]
  if (!all.includes(monitor)) {
    const nearest = foreignName(monitor, all) ?? nearestName(monitor, all)
    throw new Error(
      `There is no ${monitor} to monitor. ${nearest === undefined ? '' : `Did you mean ${nearest}? `}` +
        `This fit has ${all.join(', ')}; metrics are given to the Learner.`,
    )
  }
  if (learn.validates || monitor === 'train_loss') return
  throw new Error(
    `${owner} watches ${monitor}, which a validation pass measures, but the data has no validation set: nothing would come of it. ` +
      "Give the data one (valid or valid_pct of DataBunch.from_arrays), or watch the training: monitor: 'train_loss'.",
  )
}

function unknownDirection(monitor: string, owner: string): never {
  throw new Error(
    `${owner} watches ${monitor}, and nobody says which way it is better. Say it where the metric is made, ` +
      `new AverageMetric(${monitor}, { better: 'lower' }) or 'higher', which a function may have as a property, too; ` +
      "or tell the tracker: mode: 'min' or 'max' (comp: 'less' or 'greater').",
  )
}
