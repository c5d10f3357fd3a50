import { isClass, rangeError, show, typeError } from '@onecycle/platform'

/**
 * Value of a hyper-parameter for batch `step` (from 0) of a run of `steps` batches. Pure: the same arguments give the
 * same value, so a schedule can be plotted, tested and resumed without a Learner. Position `step === steps` is the
 * value after the last batch. With `steps` 1, `step` is a position in [0, 1].
 *
 * @example
 * const lr: Schedule = SchedCos(1e-2, 0)
 * lr(0, 100)   // 0.01, the first of 100 batches
 * lr(0.5, 1)   // 0.005, half way
 */
export type Schedule = (step: number, steps: number) => number

/** Learning rate and momentum that belong together. A type and no interface, so that it can be given as what `plot_schedule` draws. */
export type LrAndMom = {
  lr: Schedule
  mom: Schedule
}

/** A hyper-parameter's value, or one value per layer group. */
export type PerGroup<T> = T | readonly T[]

/** Schedules by the hyper-parameter that they are of: one for all layer groups, or one per group. */
export type Schedules = Readonly<Record<string, PerGroup<Schedule> | undefined>>

/** The schedules that are there: of a pair, momentum may not be. */
export function given(schedules: Schedules): [string, PerGroup<Schedule>][] {
  return Object.entries(schedules).flatMap(([name, schedule]) => (schedule === undefined ? [] : [[name, schedule]]))
}

/**
 * Makes one schedule, or one per layer group when there is a list of values.
 *
 * @example
 * per_group([1e-4, 1e-3], lr_max => one_cycle({ lr_max }).lr)   // two schedules
 */
export function per_group<T>(values: PerGroup<T>, make: (value: T) => Schedule): PerGroup<Schedule> {
  if (typeof make !== 'function' || isClass(make))
    throw typeError(
      'wrong-argument',
      `per_group takes values and a function that makes a schedule of one, but got ${show(make)}.`,
    )
  return Array.isArray(values) ? values.map(value => make(value)) : make(values as T)
}

/** Where batch `step` lies in a run of `steps` batches, in [0, 1]. Steps past the end count as the end. */
export function position(step: number, steps: number): number {
  checkStep(step, steps)
  return Math.min(1, step / steps)
}

/** Refuses a step that no run can have. */
export function checkStep(step: number, steps: number): void {
  if (!(typeof steps === 'number' && steps > 0 && steps < Infinity))
    throw rangeError(
      'schedule-steps',
      `A schedule spans a positive number of batches, but steps is ${show(steps)}. Is the data loader empty?`,
    )
  if (!(typeof step === 'number' && step >= 0 && step < Infinity))
    throw rangeError('schedule-steps', `A schedule's step counts batches from 0, but it is ${show(step)}.`)
}
