import { expect, test } from 'vitest'
import type { Chart, Series } from './chart.js'
import { colorEncoding, legendLayout } from './legend.js'
import { Plot } from './plot.js'
import { vegaLiteErrors } from './testing/vega-lite-errors.js'
import { sheets } from './theme.js'
import { vegaLite } from './vega.js'

const points: [number, number][] = [
  [1, 1],
  [2, 0.5],
  [3, 0.3],
]
const series = (name: string, style: Series['style'], more: Partial<Series> = {}): Series => ({ name, style, points, ...more })
const chart = (all: Series[], marks: Chart['panels'][0]['marks'] = []): Chart => ({
  panels: [{ title: 'Losses', x: { label: 'Batches', rules: [2] }, y: { label: 'Loss' }, series: all, marks }],
})
type Legend = { values: string[]; columns: number; orient?: string; labelExpr?: string; symbolType: { expr: string } }
const legendOf = (of: Chart) => colorEncoding(of, 1, sheets.light).color as { scale: { range: string[] }; legend: Legend }
const shapesOf = (of: Chart): Record<string, string> => {
  const { expr } = legendOf(of).legend.symbolType
  return JSON.parse(expr.slice(1, expr.lastIndexOf(')')))
}

test('symbols are what is drawn: lines, lines with gaps, dots, and dots on lines', () => {
  const shapes = shapesOf(
    chart([
      series('line', 'line'),
      series('points', 'points'),
      series('dots', 'dots'),
      series('both', 'line'),
      series('both', 'points'),
    ]),
  )
  const strokes = (name: string) => shapes[name]!.match(/M[-\d.]+,0L/g)?.length ?? 0
  const hasDot = (name: string) => /A0.3/.test(shapes[name]!)
  expect([strokes('line'), hasDot('line')]).toEqual([1, false])
  expect([strokes('points'), hasDot('points')]).toEqual([2, true])
  expect([strokes('dots'), hasDot('dots')]).toEqual([0, true])
  expect([strokes('both'), hasDot('both')]).toEqual([1, true])
  // Of the ninth one the line has gaps, and dots are squares.
  const nine = shapesOf(chart(Array.from({ length: 9 }, (_, i) => series(`run ${i}`, 'line'))))
  expect(new Set(Object.values(nine).slice(0, 8)).size).toBe(1)
  expect(nine['run 8']!.split('M').length).toBeGreaterThan(2)
})

test('what is pale is pale in the legend', () => {
  const { scale } = legendOf(chart([series('raw', 'faint', { color: 0 }), series('smoothed', 'line', { color: 0 })]))
  expect(scale.range).toEqual(['#b5c0dc', '#2c4a9a'])
})

test('ten long names are told apart, in columns below the chart', () => {
  const names = Array.from({ length: 10 }, (_, i) => `resnet34-imagenette-bs64-lr0.00${i}-wd0.01-mixup-seed${i}-one_cycle-2024`)
  const of = chart(names.map(name => series(name, 'line')))
  const { legend } = legendOf(of)
  expect([legend.columns, legend.orient, legend.values]).toEqual([2, 'bottom', names])
  const labels = Object.values(JSON.parse(legend.labelExpr!.slice(1, legend.labelExpr!.lastIndexOf(')'))) as object) as string[]
  expect(new Set(labels).size).toBe(10)
  expect(legendLayout(['a', 'b', 'c'], 620)).toEqual({ columns: 3, labels: ['a', 'b', 'c'] })
})

test('a drawing has all labels, is valid Vega-Lite, and is the same bytes each time', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `run ${i}`)
  const of = chart(
    names.map((name, i) => series(name, i % 2 ? 'line' : 'points')),
    [
      { label: 'best', x: 2, y: 0.5, main: true },
      { label: 'next', x: 2, y: 0.5 },
    ],
  )
  for (const theme of ['light', 'dark'] as const) expect(vegaLiteErrors(vegaLite(of, sheets[theme]))).toEqual([])
  const [one, two] = [await new Plot(of).svg(), await new Plot(of).svg()]
  expect(one).toBe(two)
  for (const name of [...names, 'best', 'next']) expect(one).toContain(`>${name}</text>`)
})
