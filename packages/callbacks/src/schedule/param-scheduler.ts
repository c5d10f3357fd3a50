import type { Callback } from '../callback.js'
import { CancelFit, CancelTrain } from '../cancel.js'
import type { TrainingState } from '../training-state.js'
import { checkChoice, checkCount, checkKeys } from './check.js'
import type { PerGroup, Schedule } from './schedule.js'

export interface ParamSchedulerOptions {
  /** Batches that the schedule spans. Default: all of the fit, `start` included. */
  steps?: number
  /** Batches of the schedule that are already done, when a run is resumed. Default 0. */
  start?: number
  /**
   * What the optimizer keeps after the fit: the value of the last batch (`last`, the default and fastai 2's way), or
   * the value that the next batch would have had (`next`, the way of fastai 1, 0.7, Keras and PyTorch).
   */
  keep?: 'last' | 'next'
}

/**
 * Sets hyper-parameters from schedules before every training batch: `lr`, `mom`, `wd`, any that the optimizer has.
 * A list of schedules means one per layer group. A fit longer than `steps` trains one more batch with the end values,
 * validates, and stops (fastai 1's way).
 *
 * Source: fastai 2's `ParamScheduler`; order 60.
 * @throws Error when the fit begins, if the optimizer has no such hyper-parameter or the number of groups differs.
 *
 * @example
 * const { lr, mom } = one_cycle({ lr_max: 5e-2 })
 * await learn.fit(2, 5e-2, { callbacks: [new ParamScheduler({ lr, mom })] })
 */
export class ParamScheduler implements Callback {
  readonly name = 'ParamScheduler'
  readonly order = 60
  readonly run_valid = false
  readonly schedules: Readonly<Record<string, PerGroup<Schedule>>>
  readonly #steps: number | undefined
  readonly #start: number
  readonly #keep: 'last' | 'next'

  constructor(schedules: Readonly<Record<string, PerGroup<Schedule>>>, options: ParamSchedulerOptions = {}) {
    checkKeys('ParamScheduler', options, ['steps', 'start', 'keep'])
    this.schedules = schedules
    this.#steps = options.steps === undefined ? undefined : checkCount('steps', options.steps)
    this.#start = checkCount('start', options.start ?? 0, 0)
    this.#keep = checkChoice('keep', options.keep ?? 'last', ['last', 'next'])
  }

  before_fit(learn: TrainingState): void {
    for (const [name, schedule] of Object.entries(this.schedules)) {
      if (!learn.opt.names.includes(name))
        throw new Error(
          `ParamScheduler was given a schedule for ${name}, but the optimizer has no such hyper-parameter (it has ` +
            `${learn.opt.names.join(', ')}). Leave the schedule out, or choose an optimizer that has ${name}.`,
        )
      if (Array.isArray(schedule) && schedule.length !== learn.opt.groups)
        throw new Error(
          `ParamScheduler was given ${schedule.length} schedules for ${name}, but the optimizer has ${learn.opt.groups} ` +
            'layer groups. Give one schedule, or one per group.',
        )
    }
    this.#set(learn)
  }

  before_batch(learn: TrainingState): void {
    if (this.#isOver(learn)) throw new CancelTrain()
    this.#set(learn)
  }

  after_epoch(learn: TrainingState): void {
    if (this.#isOver(learn)) throw new CancelFit()
  }

  after_fit(learn: TrainingState): void {
    if (this.#keep === 'next') this.#set(learn)
  }

  #step(learn: TrainingState): number {
    return this.#start + learn.train_iter
  }

  #stepsOf(learn: TrainingState): number {
    return this.#steps ?? this.#start + learn.n_epoch * learn.n_train_iter
  }

  #isOver(learn: TrainingState): boolean {
    return this.#step(learn) > this.#stepsOf(learn)
  }

  #set(learn: TrainingState): void {
    const step = this.#step(learn)
    const steps = this.#stepsOf(learn)
    for (const [name, schedule] of Object.entries(this.schedules)) {
      const value = Array.isArray(schedule)
        ? schedule.map((one: Schedule) => finite(name, one, step, steps))
        : finite(name, schedule as Schedule, step, steps)
      learn.opt.set(name, value)
    }
  }
}

function finite(name: string, schedule: Schedule, step: number, steps: number): number {
  const value = schedule(step, steps)
  if (!Number.isFinite(value)) throw new RangeError(`The schedule of ${name} gave ${value} for batch ${step} of ${steps}.`)
  return value
}
