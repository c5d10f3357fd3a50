import { checkCount, checkNumber, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import { checkStep, type Schedule } from './schedule.js'

/** A stretch of training: how long, and what each hyper-parameter does meanwhile. */
export interface Phase {
  /** Batches. */
  length: number
  /** A schedule over the phase, or a constant, by hyper-parameter. One that is missing keeps its last value. */
  params: Readonly<Record<string, Schedule | number>>
}

/** Schedules over all phases, and the batches that they span together. */
export interface PhaseSchedules {
  steps: number
  schedules: Record<string, Schedule>
}

/**
 * Phases one after another, in fastai 1's way: the batch on a boundary still has the old phase's end value, and the new
 * phase's start value is never used. For `ParamScheduler(schedules, { steps, keep: 'next' })`, which like fastai 1 trains one more
 * batch when the fit is longer than the phases, then stops. Source: fastai 1's `GeneralScheduler`.
 * @throws RangeError for a length that is not a positive whole number, or a hyper-parameter missing from the first phase.
 *
 * @example
 * const { schedules, steps } = general_sched([
 *   { length: 90, params: { lr: SchedLin(1e-4, 1e-2), mom: SchedCos(0.95, 0.85) } },
 *   { length: 210, params: { lr: SchedCos(1e-2, 1e-5), mom: SchedCos(0.85, 0.95) } },
 * ])
 */
export function general_sched(phases: readonly Phase[]): PhaseSchedules {
  return inPhases(phases, (step, end) => step <= end)
}

/**
 * Phases one after another, each starting exactly at its own start value. Source: fastai 0.7's `fit_opt_sched`.
 * @throws RangeError as `general_sched`.
 * @example
 * const { schedules, steps } = opt_sched([
 *   { length: 100, params: { lr: SchedNo(1e-2) } },
 *   { length: 100, params: { lr: SchedLin(1e-2, 1e-4) } },
 * ])
 * await learn.fit(1e-2, 2, { callbacks: [new ParamScheduler(schedules, { steps })] })
 */
export function opt_sched(phases: readonly Phase[]): PhaseSchedules {
  return inPhases(phases, (step, end) => step < end)
}

function inPhases(phases: readonly Phase[], belongs: (step: number, end: number) => boolean): PhaseSchedules {
  if (!kind.listOf(kind.object).fits(phases))
    throw typeError('schedule-phases', `A schedule in phases takes a list of { length, params }, but got ${show(phases)}.`)
  if (!phases.length) throw rangeError('schedule-phases', 'A schedule in phases needs at least one phase.')
  const ends: number[] = []
  for (const [i, { length, params }] of phases.entries()) {
    ends.push((ends.at(-1) ?? 0) + checkCount(`phase ${i}: length`, length))
    if (!kind.object.fits(params))
      throw typeError(
        'schedule-phases',
        `phase ${i}: params must be schedules or numbers by name, such as { lr: 1e-2 }, but it is ${show(params)}.`,
      )
    for (const [name, value] of Object.entries(params)) {
      if (typeof value !== 'function') checkNumber(`phase ${i}: ${name}`, value)
      if (!Object.hasOwn(phases[0]!.params, name))
        throw rangeError('schedule-phases', `Phase ${i} schedules ${name}, but phase 0 does not: give ${name} a value there too.`)
    }
  }

  const paramAt = (name: string, index: number, step: number): number => {
    const { length, params } = phases[index]!
    const param = params[name]
    if (param === undefined) return paramAt(name, index - 1, phases[index - 1]!.length)
    return typeof param === 'number' ? param : param(Math.min(step, length), length)
  }
  const schedule =
    (name: string): Schedule =>
    (step, steps) => {
      checkStep(step, steps)
      const found = ends.findIndex(end => belongs(step, end))
      const index = found < 0 ? phases.length - 1 : found
      return paramAt(name, index, step - (ends[index - 1] ?? 0))
    }
  const names = Object.keys(phases[0]!.params)
  return { steps: ends.at(-1)!, schedules: Object.fromEntries(names.map(name => [name, schedule(name)])) }
}

keepNames({ opt_sched, general_sched })
