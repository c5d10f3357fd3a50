import { checkChoice, checkCount, checkKeys, show } from '@onecycle/platform'
import type { Optimizer } from '@tensorflow/tfjs-core'
import type { Callback } from '../callback.js'
import { CancelFit, CancelTrain } from '../cancel.js'
import type { HyperParameters, TrainingState } from '../training-state.js'
import type { PerGroup, Schedule } from './schedule.js'
import { type KerasCallback, StockOptimizer } from './stock-optimizer.js'

export interface ParamSchedulerOptions {
  /** Batches that the schedule spans. Default: all of the fit, `start` included. */
  steps?: number | undefined
  /** Batches of the schedule that are already done, when a run is resumed. Default 0. */
  start?: number | undefined
  /**
   * What the optimizer keeps after the fit: the value of the last batch (`last`, the default and fastai 2's way), or
   * the value that the next batch would have had (`next`, the way of fastai 1, 0.7, Keras and PyTorch).
   */
  keep?: 'last' | 'next' | undefined
}

/**
 * Sets hyper-parameters from schedules before every training batch: `lr`, `mom`, `wd`, any that the optimizer has.
 * A list of schedules means one per layer group. A fit longer than `steps` trains one more batch with the end values,
 * validates, and stops (fastai 1's way). The mock training of `lr_find` is left alone.
 *
 * Source: fastai 2's `ParamScheduler`; order 60.
 * @throws TypeError for a schedule that is no function; Error when the fit begins, if the optimizer has no such hyper-parameter or
 * the number of groups differs.
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
  #checked = false

  constructor(schedules: Readonly<Record<string, PerGroup<Schedule>>>, options: ParamSchedulerOptions = {}) {
    checkKeys('ParamScheduler', options, ['steps', 'start', 'keep'])
    for (const [name, schedule] of Object.entries(schedules))
      for (const one of [schedule].flat())
        if (typeof one !== 'function')
          throw new TypeError(
            `The schedule of ${name} is ${show(one)}, but must be a function of (step, steps), such as SchedNo(0.1).`,
          )
    this.schedules = schedules
    this.#steps = options.steps === undefined ? undefined : checkCount('steps', options.steps)
    this.#start = checkCount('start', options.start ?? 0, 0)
    this.#keep = checkChoice('keep', options.keep ?? 'last', ['last', 'next'])
  }

  before_fit(learn: TrainingState): void {
    this.#checked = false
    if (learn.lr_finding) return
    this.#check(learn.opt)
    this.#checked = true
    this.#set(learn.opt, learn.train_iter, lengthOf(learn))
  }

  before_batch(learn: TrainingState): void {
    if (learn.lr_finding) return
    if (this.#isOver(learn.train_iter)) throw new CancelTrain()
    this.#set(learn.opt, learn.train_iter, lengthOf(learn))
  }

  after_epoch(learn: TrainingState): void {
    if (!learn.lr_finding && this.#isOver(learn.train_iter)) throw new CancelFit()
  }

  after_fit(learn: TrainingState): void {
    if (this.#checked && this.#keep === 'next') this.#set(learn.opt, learn.train_iter, lengthOf(learn))
  }

  /**
   * These schedules as a callback of tfjs's own `model.fit`, for a compiled model with any stock optimizer.
   * `model.fitDataset` does not always know its length: give `steps` to the constructor then.
   * @throws Error when the optimizer cannot change one of the hyper-parameters: SGD has no momentum, for example.
   *
   * @example
   * const oneCycle = new ParamScheduler(one_cycle({ lr_max: 0.1 }), { keep: 'next' })
   * await model.fit(x, y, { epochs: 3, callbacks: [oneCycle.keras(model)] })
   */
  keras(model: { readonly optimizer: Optimizer; stopTraining: boolean }): KerasCallback {
    const opt = new StockOptimizer(model.optimizer)
    this.#check(opt)
    const scheduler = this
    let done = 0
    let length = 0
    return {
      // tfjs calls this as a method of its own callback, which knows the length of the fit.
      onTrainBegin(this: unknown) {
        done = 0
        length = scheduler.#steps ?? lengthOfFit((this as { params?: FitParams } | undefined)?.params)
        scheduler.#set(opt, 0, length)
      },
      onBatchBegin: () => scheduler.#set(opt, done, length),
      onBatchEnd: () => {
        done++
        if (scheduler.#isOver(done)) model.stopTraining = true
      },
      onTrainEnd: () => {
        if (scheduler.#keep === 'next') scheduler.#set(opt, done, length)
      },
    }
  }

  #check(opt: HyperParameters): void {
    for (const [name, schedule] of Object.entries(this.schedules)) {
      if (!opt.names.includes(name))
        throw new Error(
          `ParamScheduler was given a schedule for ${name}, but the optimizer has no such hyper-parameter (it has ` +
            `${opt.names.join(', ')}). Leave the schedule out, or choose an optimizer that has ${name}.`,
        )
      if (Array.isArray(schedule) && schedule.length !== opt.groups)
        throw new Error(
          `ParamScheduler was given ${schedule.length} schedules for ${name}, but the optimizer has ${opt.groups} ` +
            'layer groups. Give one schedule, or one per group.',
        )
    }
  }

  #isOver(done: number): boolean {
    return this.#steps !== undefined && this.#start + done > this.#steps
  }

  #set(opt: HyperParameters, done: number, length: number): void {
    const steps = this.#steps ?? this.#start + length
    const step = Math.min(this.#start + done, steps)
    for (const [name, schedule] of Object.entries(this.schedules)) {
      const value = Array.isArray(schedule)
        ? schedule.map((one: Schedule) => finite(name, one, step, steps))
        : finite(name, schedule as Schedule, step, steps)
      opt.set(name, value)
    }
  }
}

/** The part of tfjs's fit parameters that its length follows from. */
interface FitParams {
  epochs?: number
  initialEpoch?: number
  steps?: number | null
  samples?: number | null
  batchSize?: number | null
}

const lengthOf = (learn: TrainingState) => learn.n_epoch * learn.n_train_iter

function lengthOfFit({ epochs, initialEpoch = 0, steps, samples, batchSize }: FitParams = {}): number {
  const batches = steps ?? Math.ceil((samples ?? Number.NaN) / (batchSize ?? Number.NaN))
  const length = (epochs ?? Number.NaN) - initialEpoch
  if (batches > 0 && length > 0) return batches * length
  throw new Error(
    'ParamScheduler cannot know how many batches this fit has: give new ParamScheduler(schedules, { steps }) the number, ' +
      'or model.fitDataset its batchesPerEpoch.',
  )
}

function finite(name: string, schedule: Schedule, step: number, steps: number): number {
  const value = schedule(step, steps)
  if (!Number.isFinite(value)) throw new RangeError(`The schedule of ${name} gave ${value} for batch ${step} of ${steps}.`)
  return value
}
