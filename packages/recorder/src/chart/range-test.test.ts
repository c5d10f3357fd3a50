import { expect, it } from 'vitest'
import { plot_range_test } from './range-test.js'

const history = { lr: [0.1, 0.2, 0.3], iterations: [1, 2, 3], loss: [3, 2, 4], acc: [0.1, 0.5, 0.3] }

it('draws accuracy against the learning rate, the loss where there is none', () => {
  const points = (plot: ReturnType<typeof plot_range_test>) => plot.chart.panels[0]!.series.map(series => series.points)
  expect(points(plot_range_test(history, { show: false }))).toEqual([
    [
      [0.1, 0.1],
      [0.2, 0.5],
      [0.3, 0.3],
    ],
  ])
  const { acc: _acc, ...rest } = history
  expect(points(plot_range_test(rest, { show: false }))[0]!.map(([, y]) => y)).toEqual([3, 2, 4])
})

it('draws a moving mean over the raw figures', () => {
  const { series } = plot_range_test(history, { smooth: 2, show: false }).chart.panels[0]!
  expect(series.map(({ style }) => style)).toEqual(['faint', 'line'])
  expect(series[1]!.points.map(([, y]) => y)).toEqual([0.1, 0.3, 0.4])
})

it('says what is missing', () => {
  expect(() => plot_range_test({})).toThrow(/has nothing/)
  for (const smooth of [0, 1.5, Number.NaN])
    expect(() => plot_range_test(history, { smooth })).toThrow(`smooth is ${smooth}, and must be a number of batches`)
  expect(() => plot_range_test(history, { figure: 'f1' })).toThrow(/needs lr and f1 .* has lr \(3\), iterations \(3\)/)
})
