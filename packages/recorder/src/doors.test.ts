import { describe, expect, test } from 'vitest'
import {
  compare_losses,
  compare_metrics,
  compare_schedules,
  ProgressBar,
  plot_range_test,
  plot_schedule,
  Recorder,
  report,
} from './index.js'
import { FakeFit } from './testing/fake-fit.js'

const recorder = new Recorder()
new FakeFit([recorder]).run()
const { history } = recorder
const plot = recorder.plot_losses({ show: false })
const given = (value: unknown) => value as never

describe('a misspelt option is refused, and its name told', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['plot', () => recorder.plot(given({ sho: true })), /plot has no option sho. Did you mean show\?/],
    ['plot_lr', () => recorder.plot_lr(given({ show_moms: true })), /Did you mean showMoms\?/],
    ['plot_losses', () => recorder.plot_losses(given({ skip_start: 5 })), /Did you mean skipStart\?/],
    ['plot_metrics', () => recorder.plot_metrics(given({ sho: true })), /Did you mean show\?/],
    ['compare_losses', () => compare_losses({ history }, given({ sho: true })), /Did you mean show\?/],
    ['plot_schedule', () => plot_schedule([1, 2] as never, given({ step: 3 })), /Did you mean steps\?/],
    ['plot_range_test', () => plot_range_test({ lr: [1], loss: [1] }, given({ figur: 'loss' })), /Did you mean figure\?/],
    ['ProgressBar', () => new ProgressBar(given({ qiet: true })), /Did you mean quiet\?/],
    ['report', () => report(given({ titel: 'a', sections: [] })), /Did you mean title\?/],
    ['a section', () => report({ title: 'a', sections: [given({ title: 'b', plot })] }), /Did you mean plots\?/],
  ])('%s', (_, call, message) => expect(call).toThrow(message))
})

describe('a value of another kind is refused, and shown', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['an option', () => recorder.plot_lr(given({ showMoms: 'yes' })), /showMoms must be true or false, but it is 'yes'/],
    ['options', () => recorder.plot_losses(given(10)), /plot_losses takes its options as an object/],
    ['the stream', () => new ProgressBar(given({ stream: 'out.txt' })), /stream must be a stream.*'out.txt'/],
    ['a Recorder for its history', () => compare_losses(given({ a: recorder })), /Here it is: recorder.history.losses/],
    ['a promise', () => compare_metrics(given({ a: Promise.resolve(history) })), /a is a promise/],
    ['a history for histories', () => compare_schedules(given(history)), /histories by name/],
    ['nothing', () => compare_losses(given(undefined)), /histories by name/],
    ['a report without sections', () => report(given({ title: 'a' })), /needs a title and sections/],
    [
      'plots that are none',
      () => report({ title: 'a', sections: [given({ title: 'b', plots: [history] })] }),
      /each of it a plot/,
    ],
    ['a schedule', () => plot_schedule(given({ lr: 0.1 })), /lr is 0.1/],
  ])('%s', (_, call, message) => expect(call).toThrow(message))
})
