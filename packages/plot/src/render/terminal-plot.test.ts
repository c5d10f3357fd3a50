import { describe, expect, test } from 'vitest'
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

describe('without colours', () => {
  const noise = Array.from({ length: 400 }, (_, x): [number, number] => [x, 1 - x / 800 + (x % 2 ? 0.4 : -0.4)])
  const smooth = noise.map(([x]): [number, number] => [x, 1 - x / 800])
  const panel = (series: Chart['panels'][0]['series']): Chart => ({ panels: [{ ...line.panels[0]!, series }] })

  test('a smoothed line is not buried under what it smooths, which is drawn by other characters', () => {
    const drawing = drawChart(
      panel([
        { name: 'loss', style: 'faint', points: noise },
        { name: 'loss', style: 'line', points: smooth },
      ]),
      { width: 60, height: 12, color: false },
    )
    const columns = drawing.split('\n').slice(1, 13)
    // In each column the line takes one or two cells, the noise what is around it.
    for (let column = 8; column < 56; column++) {
      const cells = columns.map(row => row[column] ?? ' ').join('')
      expect(cells.match(/[\u2801-\u28ff]/g)?.length).toBeLessThanOrEqual(2)
      expect(cells).toMatch(/·/)
    }
  })

  test('with colours the line has its cells for itself', () => {
    const both = drawChart(
      panel([
        { name: 'loss', style: 'faint', points: noise },
        { name: 'loss', style: 'line', points: smooth },
      ]),
      { width: 60, height: 12, color: true },
    )
    const alone = drawChart(panel([{ name: 'loss', style: 'line', points: smooth }]), { width: 60, height: 12, color: true })
    const colored = (text: string) =>
      text
        .split('\x1b[38')
        .slice(1)
        .map(part => part.slice(part.indexOf('m') + 1).split('\x1b')[0])
        .join('')
    expect(colored(both).length).toBeGreaterThan(40)
    expect(colored(both).length).toBeLessThan(colored(alone).length * 1.8)
  })

  test('several lines have characters of their own, and the legend says which', () => {
    const drawing = drawChart(
      panel([
        { name: 'a', style: 'line', points: smooth },
        { name: 'b', style: 'line', points: smooth.map(([x, y]) => [x, y / 2]) },
      ]),
      { width: 60, color: false },
    )
    expect(drawing.split('\n').at(-1)).toMatch(/━●━ a +━■━ b/)
    expect(drawing.match(/●/g)!.length).toBeGreaterThan(3)
    expect(drawing.match(/■/g)!.length).toBeGreaterThan(3)
  })

  test('the ninth series has them in colour, too', () => {
    const nine = Array.from({ length: 9 }, (_, i) => ({
      name: `run ${i}`,
      style: 'line' as const,
      points: smooth.map(([x, y]): [number, number] => [x, y + i]),
    }))
    const legend = drawChart(panel(nine), { width: 100, color: true }).split('\n').slice(-3).join('')
    expect(legend.match(/━■━/g)).toHaveLength(1)
  })

  test('long names are cut to the width, and stay apart', () => {
    const names = ['first', 'second'].map(which => `a run whose name is very long and says that it is the ${which} of them all`)
    const drawing = drawChart(panel(names.map(name => ({ name, style: 'line' as const, points: smooth }))), {
      width: 40,
      color: false,
    })
    const legend = drawing.split('\n').at(-1)!
    expect(legend.length).toBeLessThanOrEqual(40)
    expect(legend).toMatch(/━●━ …first… +━■━ …second…/)
  })

  test('marks that stand in one place are all seen', () => {
    const marks = ['valley', 'slide', 'steep'].map(label => ({ label, x: 200, y: 0.75 }))
    const drawing = drawChart(
      { panels: [{ ...panel([{ name: 'a', style: 'line', points: smooth }]).panels[0]!, marks }] },
      { color: false },
    )
    expect(drawing.split('\n').find(row => row.includes('◆'))).toMatch(/◆▲■/)
  })
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
