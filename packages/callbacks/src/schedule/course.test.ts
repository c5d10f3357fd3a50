import { describe, expect, it } from 'vitest'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import { Course, type ScheduleSpan } from './course.js'
import { one_cycle, ParamScheduler, SchedCos, SchedLin } from './index.js'
import type { Schedules } from './schedule.js'

const fit = { epoch: 0, epochs: 4, batches: 250 }
const course = (schedules: Schedules, span: ScheduleSpan = {}, of = fit) =>
  new Course('course', schedules, new FakeOptimizer({ lr: 1, mom: 0.9 }), of, span)

/** 1 for most of a fit, and something else in a short part of it that no quarter is in. */
const bump = (height: number) => (step: number, steps: number) => (step / steps > 0.55 && step / steps < 0.6 ? height : 1)

it('a scheduler that keeps other values when the fit is over does not go on', async () => {
  const opt = new FakeOptimizer({ lr: 1 })
  const states: unknown[] = []
  const spy = (scheduler: ParamScheduler) => ({ before_batch: () => void states.push(scheduler.state()) })
  const scheduler = new ParamScheduler({ lr: SchedLin(1, 0) })
  await fakeFit({ n_epoch: 1, n_batches: 2, callbacks: [scheduler, spy(scheduler)], opt })
  const other = new ParamScheduler({ lr: SchedLin(1, 0) }, { keep: 'next' })
  expect(() => other.restore(states[0] as never)).toThrow(/keeps the last values \(keep\), and keeps the next ones/)
})

describe('a course goes on', () => {
  it('where it was, with the same schedules', () => {
    const [first, second] = [course(one_cycle({ lr_max: 0.1 })), course(one_cycle({ lr_max: 0.1 }))]
    first.moveTo(1, 20, 270)
    second.goTo('x', JSON.parse(JSON.stringify(first.place)))
    expect(second.place).toEqual(first.place)
  })

  it.each<[string, Course, Course]>([
    ['another rate', course({ lr: SchedCos(0.1, 0) }), course({ lr: SchedCos(0.11, 0) })],
    ['another form', course({ lr: SchedCos(0.1, 0.05) }), course({ lr: SchedLin(0.1, 0.05) })],
    ['what differs between the quarters', course({ lr: bump(2) }), course({ lr: bump(3) })],
    ['another parameter', course({ mom: SchedLin(0.9, 0.8) }), course({ lr: SchedLin(0.9, 0.8) })],
    ['one schedule less', course(one_cycle({ lr_max: 0.1 })), course({ lr: one_cycle({ lr_max: 0.1 }).lr! })],
    ['a constant over another span', course({ lr: () => 1 }, { steps: 2000 }), course({ lr: () => 1 }, { steps: 3000 })],
    ['a constant that ends the fit', course({ lr: () => 1 }, { tot_epochs: 4 }), course({ lr: () => 1 })],
    [
      'a constant that begins later',
      course({ lr: () => 1 }, { steps: 2000, start: 5 }),
      course({ lr: () => 1 }, { steps: 2000 }),
    ],
    [
      'a constant over a longer fit',
      course({ lr: () => 1 }, { steps: 900 }),
      course({ lr: () => 1 }, { steps: 900 }, { ...fit, epochs: 5 }),
    ],
  ])('not with %s', (_, theirs, ours) => {
    expect(() => ours.goTo('lr', theirs.place)).toThrow('lr was to go on with a fit whose rates are not those of this one.')
    expect(() => theirs.goTo('lr', ours.place)).toThrow('rates are not those')
  })

  it('from a file of the first release, which compared five values', () => {
    const linear = course({ lr: SchedLin(0, 999) }, {}, { ...fit, epochs: 1, batches: 1000 })
    const values = [0, 249, 499, 749, 999].map(step => [['lr', (999 * step) / 1000]])
    linear.goTo('lr', { at: 3, trained: 3, rates: JSON.stringify([1000, values]) })
    expect(linear.place.at).toBe(3)
    expect(() => linear.goTo('lr', { at: 3, trained: 3, rates: JSON.stringify([1000, values.slice(1)]) })).toThrow()
  })

  it.each(['{}', '[]', '[1,5]', '[1000,[]]'])('not from %s', rates => {
    expect(() => course({ lr: () => 1 }).goTo('lr', { at: 0, trained: 0, rates })).toThrow('rates are not those')
  })
})
