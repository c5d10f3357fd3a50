import { kind, plainError, show, typeError } from '@onecycle/platform'
import type { HyperParameters } from '../training-state.js'
import { given, type Schedules } from './schedule.js'

/** @throws TypeError for what are no schedules by name, or none at all. */
export function checkFunctions(schedules: Schedules): void {
  if (!kind.object.fits(schedules))
    throw typeError(
      'not-a-schedule',
      `ParamScheduler takes schedules by name, such as { lr: SchedCos(1e-2, 0) }, but got ${show(schedules)}.`,
    )
  for (const [name, schedule] of given(schedules))
    for (const one of [schedule].flat())
      if (typeof one !== 'function')
        throw typeError(
          'not-a-schedule',
          `The schedule of ${name} is ${show(one)}, but must be a function of (step, steps), such as SchedNo(0.1).`,
        )
  if (given(schedules).length === 0 && Object.keys(schedules).length > 0)
    throw typeError(
      'not-a-schedule',
      `ParamScheduler was given no schedule: that of ${Object.keys(schedules).join(' and ')} is undefined.`,
    )
}

const withoutMomentum =
  'Schedule the rate alone, { lr } of what one_cycle and its like give, or use an optimizer with momentum, such as sgd({ mom: 0.9 }).'

/**
 * @throws Error when the optimizer has no such hyper-parameter, there are not as many schedules as layer groups, or one schedule would
 * make groups with different values alike.
 */
export function checkSchedules(owner: string, schedules: Schedules, opt: HyperParameters): void {
  for (const [name, schedule] of given(schedules)) {
    if (!opt.names.includes(name))
      throw plainError(
        'unknown-hyper',
        `${owner} was given a schedule for ${name}, but the optimizer has no such hyper-parameter (it has ` +
          `${opt.names.join(', ')}). ${name === 'mom' ? withoutMomentum : `Leave the schedule out, or choose an optimizer that has ${name}.`}`,
      )
    if (Array.isArray(schedule)) {
      if (schedule.length === opt.groups) continue
      throw plainError(
        'schedule-per-group',
        `${owner} was given ${schedule.length} schedules for ${name}, but the optimizer has ${opt.groups} ` +
          'layer groups. Give one schedule, or one per group.',
      )
    }
    const values = opt.get(name)
    if (values.every(value => value === values[0])) continue
    throw plainError(
      'schedule-per-group',
      `${owner} was given one schedule for ${name}, which would make the layer groups alike: they have ${values.join(', ')}. ` +
        `Give one schedule per group, such as per_group([${values.join(', ')}], ${name} => SchedCos(${name}, 0)).`,
    )
  }
}
