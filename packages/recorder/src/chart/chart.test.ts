import type { Plot } from '@onecycle/plot'
import { describe, expect, test } from 'vitest'
import { vegaLiteErrors } from '../../../plot/src/testing/vega-lite-errors.js'
import type { LrFindRecord } from '../history.js'
import { Recorder } from '../recorder.js'
import { externalReferences } from '../testing/external-references.js'
import { FakeFit, type FakeFitOptions } from '../testing/fake-fit.js'
import { compare_losses, compare_metrics, compare_schedules } from './compare.js'
import { lossesChart } from './losses.js'
import { lrFindChart, plot_lr_find } from './lr-find.js'
import { hypersChart } from './schedule.js'

const lrs = Array.from({ length: 100 }, (_, k) => 1e-7 * 1e8 ** (k / 100))
const losses = lrs.map(lr => 2 - 1.5 / (1 + 0.01 / lr) + lr ** 2)
const lrFind: LrFindRecord = {
  lrs,
  losses,
  smooth_losses: losses,
  suggestions: { valley: { lr: 5.2e-3, loss: 1.5 }, steep: { lr: 2e-3, loss: 1.8 }, slide: null },
  suggestion: 'valley',
  start_lr: 1e-7,
  end_lr: 10,
  num_it: 100,
}

function recorded(options: FakeFitOptions = {}): Recorder {
  const recorder = new Recorder()
  new FakeFit([recorder], options).run()
  recorder.lrFind = lrFind
  return recorder
}

const recorder = recorded({ batches: 40, metrics: ['accuracy', 'f1'] })
const runs = { constant: recorder.history, '1cycle': recorded({ batches: 30 }).history }
const plots: Record<string, { plot: Plot; labels: string[] }> = {
  plot: { plot: recorder.plot(), labels: ['Learning rate finder', 'Learning rate', 'valley: 0.0052', 'steep: 0.002', '1e-5'] },
  'plot_lr_find of several': {
    plot: plot_lr_find({ plain: lrFind, frozen: { ...lrFind, suggestion: 'steep' } }),
    labels: ['Learning rate finder', 'plain: 0.0052', 'frozen: 0.002', 'Loss'],
  },
  plot_lr: { plot: recorder.plot_lr(), labels: ['Learning Rate', 'Batches'] },
  'plot_lr with momentum': { plot: recorder.plot_lr({ showMoms: true }), labels: ['Learning Rate', 'Momentum'] },
  plot_losses: {
    plot: recorder.plot_losses(),
    labels: ['Losses', 'training', 'validation', 'Batches (rules: epochs)', 'Loss'],
  },
  plot_metrics: { plot: recorder.plot_metrics(), labels: ['accuracy', 'f1', 'Epochs'] },
  plot_sched: { plot: recorder.plot_sched(), labels: ['Learning Rate', 'Momentum', 'Batches'] },
  compare_losses: { plot: compare_losses(runs), labels: ['constant', '1cycle', 'Losses'] },
  compare_metrics: { plot: compare_metrics(runs), labels: ['constant', '1cycle', 'accuracy', 'f1'] },
  compare_schedules: { plot: compare_schedules(runs), labels: ['constant', '1cycle', 'Learning Rate', 'Momentum'] },
}

describe.each(Object.entries(plots))('%s', (_, { plot, labels }) => {
  test('compiles without a warning, and its drawing has every label', async () => {
    const warnings: unknown[] = []
    const original = console.warn
    console.warn = (...all) => warnings.push(all)
    const svg = await plot.svg().finally(() => {
      console.warn = original
    })
    expect(warnings).toEqual([])
    expect(svg).toMatch(/^<svg/)
    for (const label of labels) expect(svg).toContain(`>${label}</text>`)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    for (const theme of ['light', 'dark'] as const) expect(vegaLiteErrors(await plot.vegaLite({ theme }))).toEqual([])
  })

  test('is drawn for the terminal within its width', () => {
    for (const width of [30, 60, 100, 160]) {
      const drawing = plot.draw({ width, color: false })
      expect(Math.max(...drawing.split('\n').map(line => line.length))).toBeLessThanOrEqual(width)
      expect(drawing).toMatch(/[\u2801-\u28ff●]/)
      for (const wrong of ['NaN', 'undefined', '\x1b']) expect(drawing).not.toContain(wrong)
    }
    for (const label of labels.filter(label => label.length > 4 && label !== 'training'))
      expect(plot.draw({ width: 100 })).toContain(label)
  })

  test('is a page that loads nothing', async () => {
    const html = await plot.html({ interactive: false })
    expect(externalReferences(html)).toEqual([])
    expect(html).toContain('<svg')
  })
})

test('learning rate and momentum are two panels side by side', () => {
  const { concat, columns } = recorder.plot_lr({ showMoms: true }).spec as unknown as {
    concat: { title: string }[]
    columns: number
  }
  expect(concat.map(panel => panel.title)).toEqual(['Learning Rate', 'Momentum'])
  expect(columns).toBe(2)
  const top = recorder.plot_lr({ showMoms: true }).draw({ width: 100, color: false }).split('\n')[0]!
  expect(top).toMatch(/Learning Rate +Momentum/)
})

test('the finder trims as fastai 1 does, on a logarithmic axis', () => {
  const panel = recorder.plot().chart.panels[0]!
  expect(panel.x.log).toBe(true)
  expect(panel.series.map(({ name, style, points }) => [name, style, points.length])).toEqual([
    ['each batch', 'faint', 85],
    ['smoothed', 'line', 85],
  ])
  expect(panel.series[0]!.points[0]![0]).toBe(lrs[10])
  expect(recorder.plot({ skipStart: 0, skipEnd: 0 }).chart.panels[0]!.series[0]!.points).toHaveLength(100)
  expect(panel.marks).toEqual([
    { label: 'valley: 0.0052', x: 5.2e-3, y: 1.5, main: true },
    { label: 'steep: 0.002', x: 2e-3, y: 1.8, main: false },
  ])
})

test('single batches that explode leave the smoothed curve its room', () => {
  const exploding = new Recorder()
  exploding.lrFind = { ...lrFind, losses: losses.map((loss, i) => (i > 90 ? 1e6 : loss)) }
  const { y, series } = exploding.plot().chart.panels[0]!
  const smooth = series[1]!.points.map(([, y]) => y)
  expect(y.window![1]).toBeLessThan(Math.max(...smooth) + 0.2 * (Math.max(...smooth) - Math.min(...smooth)))
})

test('suggestions among batches that are left out are not marked, and the window holds those that are', () => {
  const lrs = Array.from({ length: 100 }, (_, i) => 10 ** (-6 + i / 20))
  const losses = lrs.map((_, i) => (i < 40 ? 2 - i / 20 : 0.3 - i / 1000))
  const found = (i: number, loss = losses[i]!) => ({ lr: lrs[i]!, loss })
  const record = { ...lrFind, lrs, losses, smooth_losses: losses, suggestions: { early: found(12), valley: found(60) } }
  const { y, marks } = lrFindChart(record, { skipStart: 40 }).panels[0]!
  expect(marks).toEqual([{ label: 'valley: 0.001', x: lrs[60], y: losses[60], main: true }])
  expect(y.window![1]).toBeLessThan(0.3)
  expect(plot_lr_find({ a: { ...record, suggestion: 'early' } }, { skipStart: 40, show: false }).chart.panels[0]!.marks).toEqual(
    [],
  )
  // Read off between two batches, or of another curve than the smoothed one.
  const high = lrFindChart({ ...record, suggestions: { valley: found(60, 1) } }, { skipStart: 40 }).panels[0]!
  expect(high.marks).toHaveLength(1)
  expect(high.y.window![1]).toBeGreaterThan(1)
})

test('the finder says which rate to take, or why there is none', () => {
  const said = new Recorder()
  said.lrFind = { ...lrFind, advice: 'take 0.0052 (valley).' }
  expect(said.plot().chart.subtitle).toBe('Take 0.0052 (valley).')
  expect(said.plot({ suggestion: false }).chart.subtitle).toBeUndefined()
  said.lrFind = { ...lrFind, suggestions: {}, reason: 'the loss never fell.' }
  expect(said.plot().chart).toMatchObject({ title: 'Learning rate finder: no suggestion', subtitle: 'The loss never fell.' })
})

test('several finders have a colour each, and a dot where each suggests', () => {
  const of = { plain: lrFind, frozen: { ...lrFind, suggestion: 'steep' }, none: { ...lrFind, suggestion: 'slide' } }
  const { series, marks } = plot_lr_find(of).chart.panels[0]!
  expect(series.map(({ name, style, color }) => `${name} ${style} ${color}`)).toEqual([
    ...['plain: 0.0052 faint 0', 'plain: 0.0052 line 0', 'frozen: 0.002 faint 1', 'frozen: 0.002 line 1'],
    ...['none faint 2', 'none line 2'],
  ])
  expect(marks!.map(({ x, color }) => [x, color])).toEqual([
    [5.2e-3, 0],
    [2e-3, 1],
  ])
  expect(() => plot_lr_find({})).toThrow(/plot_lr_find takes searches by name/)
  expect(() => plot_lr_find({ a: 1 as never })).toThrow(/but got 1/)
  expect(() => plot_lr_find({ a: { ...lrFind, smooth_losses: [Number.NaN] } })).toThrow(/no loss that is a number in 'a'/)
})

test('epochs are ruled off, of many every so many', () => {
  const ruled = (epochs: number) => recorded({ epochs, batches: 3 }).plot_losses().chart.panels[0]!.x
  expect(ruled(1)).toEqual({ label: 'Batches', integer: true, rules: [] })
  expect(ruled(4)).toEqual({ label: 'Batches', integer: true, rules: [3, 6, 9], note: 'rules: epochs' })
  expect(ruled(100)).toMatchObject({ note: 'rules: every 5 epochs' })
  expect(ruled(100).rules!.length).toBe(19)
})

test('a search that stopped early is still plotted', () => {
  const short = new Recorder()
  short.lrFind = { ...lrFind, lrs: lrs.slice(0, 4), smooth_losses: losses.slice(0, 4) }
  expect(short.plot().chart.panels[0]!.series[0]!.points).toHaveLength(3)
})

test('validation points stand where their epochs ended', () => {
  const valid = recorder.plot_losses().chart.panels[0]!.series.find(series => series.name === 'validation')!
  expect(valid.points).toEqual([
    [40, 0.5],
    [80, 0.25],
  ])
  const raw = recorder.plot_losses({ smooth: false, skipStart: 10, skipEnd: 5 }).chart.panels[0]!.series[0]!
  expect(raw.points).toHaveLength(65)
  expect(raw.points[0]).toEqual([11, 1 / 11])
})

test('what is skipped is left out of training alone, and losses may stand on a logarithmic axis', () => {
  const { history } = recorder
  const at = (options: object) =>
    lossesChart(history, options)
      .panels[0]!.series.find(({ name }) => name === 'validation')
      ?.points.map(([batch]) => batch)
  const [first, second] = [history.nb_batches[0]!, history.nb_batches[0]! + history.nb_batches[1]!]
  expect(at({})).toEqual([first, second])
  expect(at({ skipStart: first + 1, skipEnd: 1 })).toEqual([first, second])
  expect(lossesChart(history, { log: true }).panels[0]!.y).toEqual({ label: 'Loss', log: true })
})

test('hyper-parameters are drawn by name, those that changed', () => {
  const { history } = recorder
  const changed = { ...history, hps: { wd: history.lrs.map((_, i) => i / 100) } }
  expect(hypersChart(changed).panels.map(({ title }) => title)).toEqual(['Learning Rate', 'Momentum', 'wd'])
  expect(hypersChart(changed, ['wd']).panels[0]!.series[0]!.points.at(-1)).toEqual([
    history.lrs.length,
    (history.lrs.length - 1) / 100,
  ])
  expect(() => hypersChart(changed, ['eps'])).toThrow("nothing to draw of 'eps' in this fit; there are lr, mom, wd.")
})

test('one batch, no validation: still a plot', async () => {
  const plot = recorded({ epochs: 1, batches: 1, validBatches: 0 }).plot_losses()
  expect(await plot.svg()).toContain('Losses')
  expect(plot.draw({ color: false })).toContain('●')
})

test('NaN and infinite losses make a gap, and nothing else', async () => {
  const bad = recorded({
    epochs: 1,
    batches: 60,
    loss: k => (k === 20 ? Number.NaN : k === 40 ? Number.POSITIVE_INFINITY : 1 + k / 60),
  })
  const plot = bad.plot_losses({ smooth: false })
  expect(await plot.svg()).not.toMatch(/NaN|Infinity/)
  expect(JSON.stringify(plot.spec)).toContain('{"x":21,"y":null}')
  expect(plot.draw({ color: false })).toContain('2.0')
})

test('a run without one finite loss has no plot', () => {
  expect(() => recorded({ loss: () => Number.NaN, validBatches: 0 }).plot_losses()).toThrow(/finite/)
})

test('a long fit is thinned, but keeps its spikes', async () => {
  const long = recorded({ epochs: 1, batches: 50_000, loss: k => (k === 33_333 ? 9 : 1) })
  const spec = JSON.stringify(long.plot_losses().spec)
  expect(spec.length).toBeLessThan(300_000)
  expect(spec).toContain('{"x":33334,"y":9}')
})

test('the spike of a long fit stands in every drawing where it was, as high as it was', async () => {
  const plot = recorded({ epochs: 1, batches: 50_000, loss: k => (k === 33_333 ? 9 : 1) }).plot_losses()
  // Of 620 pixels for 50,000 batches, and of 340 for losses from 0 to 10.
  const peak = `${((620 * 33_334) / 50_000).toFixed(3)},${340 * 0.1}`
  const raw = (svg: string) =>
    [...svg.matchAll(/ d="(M[^"]*)"/g)].map(([, path]) => path!).filter(path => path.includes(`L${peak}L`))
  expect(raw(await plot.svg())).toHaveLength(1)
  // One for light pages, one for dark ones.
  expect(raw(await plot.html({ interactive: false }))).toHaveLength(2)
  const lines = (await plot.text({ width: 100, height: 20, color: false })).split('\n')
  const spike = lines.flatMap((line, row) => [...line.matchAll(/·/g)].map(({ index }) => [row, index]))
  // Below the title of 20 rows for losses from 10 to 0, and after the labels of 96 columns of two dots.
  expect(spike[0]).toEqual([1 + 2, 4 + Math.floor((191 * 33_334) / 50_000 / 2)])
  expect(new Set(spike.map(([, column]) => column)).size).toBe(1)
})

test('comparing nothing is refused', () => {
  expect(() => compare_losses({})).toThrow(/no run/)
  expect(() => compare_metrics({ a: recorded({ metrics: [] }).history })).toThrow(/metrics: \[accuracy\]/)
})

test('layer groups have a curve each', () => {
  const groups = recorded({ hypers: k => ({ lr: [k, k * 10] }) })
  expect(groups.plot_lr().chart.panels[0]!.series.map(series => series.name)).toEqual(['group 0', 'group 1'])
})

test('show draws in the terminal, and without one nothing is written', () => {
  const written: string[] = []
  const original = process.stdout.write
  process.stdout.write = ((text: string) => written.push(text)) as never
  try {
    recorder.plot_losses({ show: true })
    recorder.plot_losses({ show: false })
  } finally {
    process.stdout.write = original
  }
  expect(written).toHaveLength(1)
  expect(written[0]).toContain('validation')
})
