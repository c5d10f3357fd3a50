import { plainError, rangeError, show } from '@onecycle/platform'
import { hyperFault } from '../check-hyper.js'
import type { HyperParameters } from '../training-state.js'
import { checkSchedules } from './check-schedules.js'
import { given, type PerGroup, type Schedule, type Schedules } from './schedule.js'

/** The epochs of a fit, and where in them it begins. */
export interface FitSpan {
  /** The first epoch, from 0. */
  epoch: number
  /** Epochs in all, those before the first included. */
  epochs: number
  /** Batches per epoch. */
  batches: number
}

/** What part of a fit, or of several, the schedules span; see `ParamSchedulerOptions`. */
export interface ScheduleSpan {
  tot_epochs?: number | undefined
  steps?: number | undefined
  start?: number | undefined
}

/** Where a course is, and by what it can be told from others. */
export interface CoursePlace {
  readonly at: number
  readonly trained: number
  /** As JSON: batches that the schedules span, their values from the beginning to the end, and by what they follow the fit. */
  readonly rates: string
}

/** Values of the schedules that are compared, evenly from the beginning of the fit to its end. */
const compared = 64

/** Positions looked at before the first batch: all of them in most fits, and never so many that one would have to wait. */
const looks = 2000

/** The schedules of one fit at work on an optimizer. */
export class Course {
  readonly #schedules: readonly (readonly [string, PerGroup<Schedule>])[]
  readonly #opt: HyperParameters
  readonly #batches: number
  /** Whether batches are counted as they are trained; otherwise the position in the fit decides. */
  readonly #counts: boolean
  /** Whether a fit that goes on past the schedules' end is stopped. */
  readonly #ends: boolean
  /** Batches before the fit's first, its own, the schedules' step of the first, and all that the schedules span. */
  readonly #first: number
  readonly #length: number
  readonly #from: number
  readonly #steps: number
  /** Batches of the fit before the latest one, and how many had been trained then. */
  #at = 0
  #trained = 0
  #rates: string | undefined

  /**
   * @throws as {@link checkSchedules}; RangeError when nothing is left of the span, or a value on the way is none that an optimizer
   * takes. Nothing is set then.
   */
  constructor(owner: string, schedules: Schedules, opt: HyperParameters, fit: FitSpan, span: ScheduleSpan) {
    checkSchedules(owner, schedules, opt)
    this.#schedules = given(schedules)
    this.#opt = opt
    this.#batches = fit.batches
    this.#counts = span.steps !== undefined
    this.#ends = this.#counts || span.tot_epochs !== undefined
    this.#first = fit.epoch * fit.batches
    this.#length = fit.epochs * fit.batches - this.#first
    this.#from = span.start ?? this.#first
    const epochs = span.tot_epochs === undefined ? undefined : span.tot_epochs * fit.batches
    this.#steps = span.steps ?? epochs ?? this.#from + this.#length
    if (this.#from >= this.#steps)
      throw rangeError(
        'schedule-over',
        `${owner} spans ${this.#steps} batches, and ${this.#from} of them are done when this fit begins: nothing is left of it. ` +
          'Give it a longer span (tot_epochs or steps), or begin earlier (start_epoch or start).',
      )
    const count = Math.min(this.#length, this.#steps - this.#from)
    for (let done = 0; done < count; done += Math.ceil(count / looks)) this.#valuesAt(this.#from + done)
    this.#valuesAt(this.#from + count - 1)
  }

  /** Comes to batch `iter` of an epoch, after so many that were trained in this fit. */
  moveTo(epoch: number, iter: number, trained: number): void {
    this.#at = this.#counts ? trained : epoch * this.#batches + iter - this.#first
    this.#trained = trained
  }

  /** Where it is. */
  get place(): CoursePlace {
    this.#rates ??= JSON.stringify(this.#ratesAt(compared))
    return { at: this.#at, trained: this.#trained, rates: this.#rates }
  }

  /**
   * Goes on from a place.
   *
   * @throws Error when it is one of other schedules.
   */
  goTo(owner: string, { at, trained, rates }: CoursePlace): void {
    if (!this.#matches(rates))
      throw plainError('resume-mismatch', `${owner} was to go on with a fit whose rates are not those of this one.`)
    this.#at = at
    this.#trained = trained
  }

  /** Whether, after so many batches that were trained, the one with the end values was among them. */
  isOver(trained: number): boolean {
    return this.#ends && this.#from + this.#done(trained) > this.#steps
  }

  /** Sets the values of the batch that it has come to. */
  set(): void {
    for (const [name, values] of this.#valuesAt(this.#step(this.#at))) this.#opt.set(name, values)
  }

  /**
   * Leaves the optimizer with the values that the next batch would have had; where there is none that it takes, the last one stays. A fit
   * that has run through all its epochs is at its end, however many batches these had.
   */
  leave(trained: number, completed: boolean): void {
    const step = this.#step(completed && !this.#counts ? this.#length : this.#done(trained))
    for (const [name, schedule] of this.#schedules) {
      try {
        this.#opt.set(
          name,
          optimizerPerGroup(schedule, one => one(step, this.#steps)),
        )
      } catch {
        // Nothing is trained with it, and the fit is complete: no reason to fail it.
      }
    }
  }

  /** All that decides the values of a fit: what a function gives at every batch is not looked at, as that could be a million. */
  #ratesAt(points: number): readonly [steps: number, values: [string, PerGroup<number>][][], ...by: unknown[]] {
    const values = Array.from({ length: points }, (_, i) =>
      this.#valuesAt(this.#step(Math.floor((i / (points - 1)) * (this.#length - 1)))),
    )
    return [this.#steps, values, this.#from, this.#length, this.#counts, this.#ends]
  }

  /** Whether a place is of these schedules: those of the first release looked at five values, and at nothing else. */
  #matches(rates: string): boolean {
    const theirs: unknown = JSON.parse(rates)
    if (!Array.isArray(theirs) || !Array.isArray(theirs[1]) || theirs[1].length < 2) return false
    return rates === JSON.stringify(this.#ratesAt(theirs[1].length).slice(0, theirs.length))
  }

  #done(trained: number): number {
    return this.#at + trained - this.#trained
  }

  #step(done: number): number {
    return Math.min(this.#from + done, this.#steps)
  }

  #valuesAt(step: number): [string, PerGroup<number>][] {
    return this.#schedules.map(([name, schedule]) => [
      name,
      optimizerPerGroup(schedule, one => valueAt(name, one, step, this.#steps)),
    ])
  }
}

/** @throws RangeError when the schedule's value is none that an optimizer takes. */
export function valueAt(name: string, schedule: Schedule, step: number, steps: number): number {
  const value = schedule(step, steps)
  const fault = hyperFault(name, value)
  if (fault)
    throw rangeError(
      'schedule-value',
      `The schedule of ${name} gave ${show(value)} for batch ${step} of ${steps}: ${name} ${fault}.`,
    )
  return value
}

const optimizerPerGroup = (schedule: PerGroup<Schedule>, value: (one: Schedule) => number): PerGroup<number> =>
  typeof schedule === 'function' ? value(schedule) : schedule.map(value)
