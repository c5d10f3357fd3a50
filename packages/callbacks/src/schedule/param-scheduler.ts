import { checkChoice, checkCount, checkOptions, type Kinds, kind, plainError, say, typeError } from '@onecycle/platform'
import type { Optimizer } from '@tensorflow/tfjs-core'
import type { Callback } from '../callback.js'
import { CancelFit, CancelTrain } from '../cancel.js'
import type { HyperParameters, TrainingState } from '../training-state.js'
import { checkFunctions, checkSchedules } from './check-schedules.js'
import { Course, type CoursePlace, type FitSpan, type ScheduleSpan } from './course.js'
import { beginKerasFit } from './keras-fit.js'
import { OthersValues } from './others-values.js'
import { given, type Schedules } from './schedule.js'
import { type KerasCallback, StockOptimizer } from './stock-optimizer.js'

/** What `ParamScheduler` is given beside schedules: how long they are, where they start, and what remains after a fit. */
export interface ParamSchedulerOptions {
  /**
   * Epochs that the schedules span, when this fit is one part of them. Default: those of the fit. A fit that is longer trains one more
   * batch with the end values, validates, and stops.
   */
  tot_epochs?: number | undefined
  /**
   * Batches that the schedules span, counted as they are trained (fastai 1's way), in place of the position in the fit. A fit that is
   * longer ends as with `tot_epochs`.
   */
  steps?: number | undefined
  /** Batches of the schedules that are done when the fit begins. Default: those of the epochs that `start_epoch` leaves out. */
  start?: number | undefined
  /**
   * What the optimizer keeps after the fit: the value of the last batch (`last`, the default and fastai 2's way), or the value that
   * the next batch would have had (`next`, the way of fastai 1, 0.7, Keras and PyTorch). Where that is none that an optimizer
   * takes, such as a rate below 0, the last one stays.
   */
  keep?: 'last' | 'next' | undefined
  /** What messages call it. Default: the name of its class. */
  name?: string | undefined
}

/** Where it is in its schedules. */
export interface ParamSchedulerState extends CoursePlace {
  /** The option; a file of the first release does not say it. */
  readonly keep?: 'last' | 'next'
}

/** Numbers and choices are looked at where they are used. */
const kinds: Kinds<ParamSchedulerOptions> = {
  tot_epochs: kind.any,
  steps: kind.any,
  start: kind.any,
  keep: kind.any,
  name: kind.string,
}

/**
 * Sets hyper-parameters from schedules before every training batch: `lr`, `mom`, `wd`, any that the optimizer has. A list of
 * schedules means one per layer group. They follow the position in the fit, as fastai 2's follow `pct_train`: epochs that
 * `start_epoch` leaves out and batches that a cancelled epoch never had count as done, and the schedules are done when the fit is.
 * It is left alone by the mock training of `lr_find`.
 *
 * Source: fastai 2's `ParamScheduler`; order 60.
 * @throws TypeError for a schedule that is no function. When the fit begins: Error if the optimizer has no such hyper-parameter, the
 * number of groups differs, or one schedule would make groups with different values alike; RangeError for a value that no
 * optimizer takes, with its batch.
 *
 * @example
 * await learn.fit(2, 5e-2, { callbacks: [new ParamScheduler(one_cycle({ lr_max: 5e-2 }))] })
 */
export class ParamScheduler implements Callback {
  static readonly name: string = 'ParamScheduler'
  readonly name: string
  readonly order = 60
  readonly run_valid = false
  readonly schedules: Schedules
  readonly sets: readonly string[]
  readonly #span: ScheduleSpan
  readonly #keep: 'last' | 'next'
  #course: Course | undefined
  #others: OthersValues | undefined

  constructor(schedules: Schedules, options: ParamSchedulerOptions = {}) {
    checkOptions<ParamSchedulerOptions>('ParamScheduler', options, kinds)
    checkFunctions(schedules)
    const { tot_epochs, steps, start } = options
    if (tot_epochs !== undefined) checkCount('tot_epochs', tot_epochs)
    if (steps !== undefined) checkCount('steps', steps)
    if (start !== undefined) checkCount('start', start, 0)
    if (steps !== undefined && tot_epochs !== undefined)
      throw typeError(
        'one-or-other',
        `steps (${steps}) counts batches, tot_epochs (${tot_epochs}) follows the position in the fit: give one.`,
      )
    this.name = options.name ?? new.target.name
    this.schedules = schedules
    this.sets = namesOf(schedules)
    this.#span = { tot_epochs, steps, start }
    this.#keep = checkChoice('keep', options.keep ?? 'last', ['last', 'next'])
  }

  before_fit(learn: TrainingState): void {
    this.#course = undefined
    if (learn.lr_finding) return
    const { opt, epoch, n_epoch: epochs, n_train_iter: batches } = learn
    const schedules = this.schedulesFor(opt, line => learn.log(line))
    this.#course = new Course(this.name, schedules, opt, { epoch, epochs, batches }, this.#span)
    this.#course.set()
    this.#others = new OthersValues(this.name, namesOf(schedules))
    this.#others.begin(opt)
  }

  before_batch(learn: TrainingState): void {
    if (!this.#course) return
    this.#course.moveTo(learn.epoch, learn.iter, learn.train_iter)
    if (this.#course.isOver(learn.train_iter)) throw new CancelTrain()
    this.#others!.notice(learn)
    this.#course.set()
  }

  after_step({ opt }: TrainingState): void {
    this.#others?.remember(opt)
  }

  after_epoch({ train_iter }: TrainingState): void {
    if (this.#course?.isOver(train_iter)) throw new CancelFit()
  }

  after_fit({ train_iter, reason }: TrainingState): void {
    if (this.#keep === 'next') this.#course?.leave(train_iter, reason === 'completed')
    this.#course = this.#others = undefined
  }

  /** Where it is in its schedules, for {@link restore} in another process. */
  state(): ParamSchedulerState | null {
    return this.#course ? { ...this.#course.place, keep: this.#keep } : null
  }

  /** Goes on from a state, within a fit like that which it is of. Throws Error when it is of other schedules. */
  restore(state: ParamSchedulerState | null): void {
    const { keep = this.#keep } = state ?? {}
    if (keep !== this.#keep)
      throw plainError(
        'resume-mismatch',
        `${this.name} was to go on with a fit that keeps the ${keep} values (keep), and keeps the ${this.#keep} ones.`,
      )
    this.#others?.forget()
    if (state) this.#course?.goTo(this.name, state)
  }

  /**
   * These schedules as a callback of tfjs's own `model.fit`, for a compiled model with any stock optimizer. With `initialEpoch` they
   * go on where that epoch begins. `model.fitDataset` does not always know its length: give `steps` to the constructor then.
   * @throws Error when the optimizer cannot change one of the hyper-parameters: SGD has no momentum, for example.
   *
   * @example
   * const oneCycle = new ParamScheduler(one_cycle({ lr_max: 0.1 }), { keep: 'next' })
   * await model.fit(x, y, { epochs: 3, callbacks: [oneCycle.keras(model)] })
   */
  keras(model: { readonly optimizer: Optimizer; stopTraining: boolean }): KerasCallback {
    const opt = new StockOptimizer(model?.optimizer)
    const schedules = this.schedulesFor(opt, say)
    checkSchedules(this.name, schedules, opt)
    const keep = this.#keep
    const scheduler = this
    let course: Course
    let epoch = 0
    let trained = 0
    return {
      // tfjs calls this as a method of its own callback, which knows the length of the fit.
      onTrainBegin(this: unknown) {
        const fit = beginKerasFit(this, scheduler) ?? scheduler.#unknownFit()
        course = new Course(scheduler.name, schedules, opt, fit, scheduler.#span)
        trained = 0
        course.set()
      },
      onEpochBegin: index => {
        epoch = index
      },
      onBatchBegin: batch => {
        course.moveTo(epoch, batch, trained)
        course.set()
      },
      onBatchEnd: () => {
        trained++
        if (course.isOver(trained)) model.stopTraining = true
      },
      onTrainEnd: () => {
        if (keep === 'next') course.leave(trained, !model.stopTraining)
      },
    }
  }

  /** The schedules for an optimizer; `say` tells the person what they should know of them. */
  protected schedulesFor(_opt: HyperParameters, _say: (line: string) => void): Schedules {
    return this.schedules
  }

  /** What is known of a fit of unknown length: as many batches as the schedules span. */
  #unknownFit(): FitSpan {
    const { steps, start = 0 } = this.#span
    if (steps !== undefined) return { epoch: 0, epochs: 1, batches: steps - start }
    throw plainError(
      'fit-length',
      'ParamScheduler cannot know how many batches this fit has: give new ParamScheduler(schedules, { steps }) the number, ' +
        'or model.fitDataset its batchesPerEpoch.',
    )
  }
}

const namesOf = (schedules: Schedules) => given(schedules).map(([name]) => name)
