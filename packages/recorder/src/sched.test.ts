import { expect, test } from 'vitest'
import type { LrFindRecord } from './history.js'
import { Recorder } from './recorder.js'
import { FakeFit } from './testing/fake-fit.js'

const search = {
  lrs: Array.from({ length: 30 }, (_, i) => 1e-5 * 2 ** i),
  losses: Array.from({ length: 30 }, (_, i) => 3 - i / 10),
  smooth_losses: Array.from({ length: 30 }, (_, i) => 3.5 - i / 10),
  suggestions: { valley: { lr: 0.02, loss: 2 } },
  suggestion: 'valley',
} as unknown as LrFindRecord

const quiet = { show: false }

/** The points of a plot's first line. */
const points = (plot: { chart: { panels: { series: { points: unknown }[] }[] } }) => plot.chart.panels[0]!.series[0]!.points

function searched(recorder: Recorder) {
  const finder = new FakeFit([recorder], { epochs: 1, batches: 30, validBatches: 0 })
  finder.lr_finding = true
  finder.run()
  recorder.lrFind = search
}

test('is the search after a search, and the fit after a fit', () => {
  const recorder = new Recorder()
  searched(recorder)
  expect(recorder.sched.lrs).toEqual(search.lrs)
  expect(recorder.sched.losses).toEqual(search.smooth_losses)
  expect(recorder.sched.iterations.slice(0, 3)).toEqual([1, 2, 3])
  const [raw, smooth] = recorder.sched.plot(quiet).chart.panels[0]!.series.map(({ points }) => points.map(([, y]) => y))
  expect([raw, smooth]).toEqual([search.losses.slice(10, 25), search.smooth_losses.slice(10, 25)])
  expect(recorder.plot(quiet).chart.panels[0]!.marks).toHaveLength(1)
  expect(recorder.plot({ suggestion: false, ...quiet }).chart.panels[0]!.marks).toEqual([])
  expect(points(recorder.sched.plot_lr(quiet))).toEqual(search.lrs.map((lr, i) => [i + 1, lr]))
  expect(points(recorder.sched.plot_loss(quiet))).toEqual(search.losses.map((loss, i) => [i + 1, loss]))

  new FakeFit([recorder], { epochs: 2, batches: 3, hypers: k => ({ lr: [k + 1], mom: [0.9] }) }).run()
  expect(recorder.sched.lrs).toEqual([1, 2, 3, 4, 5, 6])
  expect(recorder.sched.momentums).toEqual(Array(6).fill(0.9))
  expect(recorder.sched.val_losses).toEqual(recorder.history.val_losses)
  expect(points(recorder.sched.plot_lr(quiet))).toHaveLength(6)
  expect(recorder.sched.plot_lr(quiet).chart.panels).toHaveLength(1)
  expect(points(recorder.sched.plot_loss(quiet))).toEqual(recorder.history.losses.map((loss, i) => [i + 1, loss]))
  expect(points(recorder.sched.plot(quiet))).toHaveLength(15)
})

test('shows a momentum that moves, as 0.7 does', () => {
  const recorder = new Recorder()
  new FakeFit([recorder], { hypers: k => ({ lr: [k + 1], mom: [0.9 - k / 100] }) }).run()
  expect(recorder.sched.plot_lr(quiet).chart.panels.map(({ title }) => title)).toEqual(['Learning Rate', 'Momentum'])
  expect(recorder.sched.plot_lr({ showMoms: false, ...quiet }).chart.panels).toHaveLength(1)
})

test('says what to do before anything ran, and what an option of the original is called', () => {
  const { sched } = new Recorder()
  expect(() => sched.plot()).toThrow(/lr_find/)
  expect(() => sched.plot_lr()).toThrow(/fit/)
  expect(() => sched.plot_loss()).toThrow(/fit/)
  expect(() => sched.plot({ n_skip: 5 } as never)).toThrow('plot has no option n_skip. Did you mean skipStart?')
  expect(() => new Recorder().plot_lr({ show_moms: true } as never)).toThrow('Did you mean showMoms?')
})
