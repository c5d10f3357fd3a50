import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { plot_curves, plot_parallel, plot_params, type Sweep, sweep, variedIn } from './index.js'

let dir: string
let swept: Sweep
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onecycle-sweep-'))
  swept = await sweep({
    ...{ dir, trials: 12, strategy: 'asha', seed: 3, progress: false },
    space: { lr: { logUniform: [1e-3, 1] }, layers: [[8], [16, 8]], depth: { int: [1, 3] }, bs: 16 },
    trial: async ({ params: { lr, depth }, report, signal }) => {
      for (let epoch = 1; epoch <= 9; epoch++) {
        await report(lr + depth / epoch)
        signal.throwIfAborted()
      }
    },
  })
})
afterAll(() => rm(dir, { recursive: true }))

const quiet = { show: false }

test('parallel coordinates have an axis for what differs, and one for the figure', () => {
  expect(variedIn(swept)).toEqual(['lr', 'layers', 'depth'])
  const [panel] = plot_parallel(swept, quiet).chart.panels
  const [, { axes, lines }] = panel!.drawn!.source as unknown as [string, { axes: unknown[]; lines: number[][] }]
  expect(axes).toEqual([
    { label: 'lr', log: true, integer: false },
    { label: 'layers', categories: ['[8]', '[16,8]'] },
    { label: 'depth', log: false, integer: true },
    { label: 'valid_loss' },
  ])
  expect(lines).toHaveLength(12)
  expect(lines[0]).toEqual([
    swept.trials[0]!.params['lr'],
    expect.any(Number),
    swept.trials[0]!.params['depth'],
    swept.trials[0]!.value,
  ])
})

test('the figure by each hyper-parameter tells trials that were stopped from those that were not', () => {
  const { panels } = plot_params(swept, quiet).chart
  expect(panels.map(({ title, x }) => [title, x.log ?? false])).toEqual([
    ['lr', true],
    ['layers', false],
    ['depth', false],
  ])
  for (const { series } of panels) expect(series.map(({ name }) => name)).toEqual(['done', 'stopped early'])
  expect(panels[0]!.series.flatMap(({ points }) => points)).toHaveLength(12)
})

test('curves are those of the best, epoch by epoch', () => {
  const [panel] = plot_curves(swept, quiet).chart.panels
  const best = panel!.series.find(({ name }) => name === `trial ${swept.best!.trial}`)!
  expect(best.points.map(([epoch]) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(best.points.at(-1)![1]).toBe(swept.best!.value)
})

test('what is no sweep, or has nothing yet, is told of', () => {
  for (const plot of [plot_parallel, plot_params, plot_curves]) {
    expect(() => plot([] as never)).toThrow(`${plot.name} takes a sweep, such as readSweep gives, but got [].`)
    expect(() => plot(swept, { shown: true } as never)).toThrow('Did you mean show?')
    expect(() => plot({ ...swept, trials: [] })).toThrow(`Nothing to plot: no trial of ${dir} has a valid_loss yet.`)
  }
})
