import type { LrAndMom, Schedule } from '@onecycle/callbacks'
import { checkOptions, isClass, kind, rangeError, show, typeError } from '@onecycle/platform'
import { type Panel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { schedulePanel } from './schedule.js'

/** Schedules by hyper-parameter, such as `one_cycle` returns them, or their values for every batch. */
export type Schedules = Readonly<Record<string, Schedule | readonly number[]>>

const titles: Readonly<Record<string, string>> = { lr: 'Learning Rate', mom: 'Momentum', wd: 'Weight Decay' }

/**
 * Draws schedules without training: one panel per hyper-parameter, side by side.
 *
 * @param schedules one schedule (drawn as the learning rate), or several by hyper-parameter
 * @param options.steps batches of the fit that they are drawn for; not needed where all values are given
 * @throws RangeError when steps is not a positive whole number.
 *
 * @example
 * plot_schedule(one_cycle({ lr_max: 5e-2 }), { steps: 386 }).save('one-cycle.png')
 */
export function plot_schedule(
  schedules: Schedule | LrAndMom | Schedules,
  options: { steps?: number | undefined } & ShowOptions = {},
): Plot {
  checkOptions('plot_schedule', options, { steps: kind.any, ...showKinds })
  const named: Schedules = typeof schedules === 'function' ? { lr: schedules } : { ...schedules }
  const panels = Object.entries(named).map(([name, schedule], i): Panel => {
    const values = typeof schedule === 'function' && !isClass(schedule) ? valuesOf(schedule, options.steps) : schedule
    if (!Array.isArray(values))
      throw typeError(
        'wrong-argument',
        `plot_schedule takes schedules, or their values, by name, but ${name} is ${show(values)}.`,
      )
    return schedulePanel(titles[name] ?? name, [{ name, values }], i)
  })
  return new Plot({ panels }).present(options)
}

function valuesOf(schedule: Schedule, steps: number | undefined): number[] {
  if (!Number.isInteger(steps) || steps! < 1) {
    throw rangeError(
      'not-a-count',
      `plot_schedule got steps = ${show(steps)}, and needs the number of batches to draw a schedule for, such as 386.`,
    )
  }
  return Array.from({ length: steps! }, (_, step) => schedule(step, steps!))
}
