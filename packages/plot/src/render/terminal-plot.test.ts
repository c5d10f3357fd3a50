import { expect, test } from 'vitest'
import type { Chart } from '../chart.js'
import { BrailleCanvas } from './canvas.js'
import { drawChart } from './terminal-plot.js'

const line: Chart = {
  panels: [
    {
      title: 'Line',
      x: { label: 'x' },
      y: { label: 'y' },
      series: [
        {
          name: 'a',
          style: 'line',
          points: [
            [0, 0],
            [10, 1],
          ],
        },
      ],
    },
  ],
}

test('a rising line rises from corner to corner, between labelled axes', () => {
  const rows = drawChart(line, { width: 40, height: 8, color: false }).split('\n')
  expect(rows[0]!.trim()).toBe('Line')
  expect(rows[1]).toMatch(/^1\.0 ┤.*[\u2801-\u28ff]$/)
  expect(rows[8]).toMatch(/^0\.0 ┤[\u2801-\u28ff]/)
  expect(rows[9]).toMatch(/^ +└.*┴/)
  expect(rows[10]).toMatch(/0 .*5.* 10$/)
  expect(rows[11]!.trim()).toBe('x')
  expect(rows).toHaveLength(12)
})

test('a logarithmic axis spaces decades evenly', () => {
  const log: Chart = {
    panels: [
      {
        ...line.panels[0]!,
        x: { label: 'lr', log: true },
        series: [
          {
            name: 'a',
            style: 'line',
            points: [
              [1e-4, 0],
              [1, 1],
            ],
          },
        ],
      },
    ],
  }
  const ticks = drawChart(log, { width: 60, color: false }).split('\n').at(-3)!
  const places = [...ticks.matchAll(/┴/g)].map(match => match.index)
  expect(places.length).toBe(5)
  for (let i = 2; i < places.length; i++)
    expect(Math.abs(places[i]! - 2 * places[i - 1]! + places[i - 2]!)).toBeLessThanOrEqual(1)
})

test('several series have a legend, a single one has none', () => {
  const two = {
    panels: [
      {
        ...line.panels[0]!,
        series: [...line.panels[0]!.series, { name: 'b', style: 'points' as const, points: [[5, 5]] as [number, number][] }],
      },
    ],
  }
  expect(drawChart(two, { width: 40, color: false })).toMatch(/━ a +● b/)
  expect(drawChart(line, { width: 40, color: false })).not.toContain('━')
})

test('colours are used when asked for, and only then', () => {
  expect(drawChart(line, { color: true })).toContain('\x1b[')
  expect(drawChart(line, { color: false })).not.toContain('\x1b')
})

test.each([20, 40, 60])('at %s columns no line is longer', width => {
  for (const row of drawChart(line, { width, color: false }).split('\n')) expect(row.length).toBeLessThanOrEqual(width)
})

test.each([{ width: Number.NaN }, { height: Number.POSITIVE_INFINITY }])('%o is refused', options => {
  expect(() => drawChart(line, options)).toThrow(/number of characters/)
})

test('dots land in their braille cell, and outside nothing happens', () => {
  const canvas = new BrailleCanvas(2, 1)
  for (const [x, y] of [
    [0, 0],
    [1, 3],
    [3, 0],
    [9, 9],
    [-1, 0],
  ] as const)
    canvas.dot(x, y)
  expect(canvas.rows(text => text)).toEqual(['\u2881\u2808'])
})
