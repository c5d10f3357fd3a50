import { expect, test } from 'vitest'
import type { Panel } from '../chart.js'
import { barPanel } from '../panel/bar-panel.js'
import { heatPanel } from '../panel/heat-panel.js'
import { readingAt } from './readings.js'

const losses: [number, number][] = Array.from({ length: 101 }, (_, i) => [i, i === 50 ? Number.NaN : 1 / (i + 1)])
const panel: Panel = {
  title: '',
  x: { label: 'Batches', integer: true, note: 'rules: epochs' },
  y: { label: 'Loss' },
  series: [
    { name: 'training', style: 'faint', points: losses.map(([x, y]) => [x, y * 2]) },
    { name: 'training', style: 'line', points: losses },
    {
      name: 'validation',
      style: 'points',
      points: [
        [40, 0.5],
        [80, 0.25],
      ],
    },
  ],
}
const at = (x: number, y = 0) => ({
  x,
  y,
  apart: (ax: number, ay: number, bx: number, by: number) => Math.hypot(ax - bx, ay - by),
})

test('each curve says its value nearest to the pointer, and where, when that is elsewhere', () => {
  expect(readingAt(panel, at(38.8))).toEqual({
    title: 'Batches 39',
    x: 39,
    rows: [
      { name: 'training', value: '0.025', color: 0 },
      { name: 'validation', value: '0.5 at 40', color: 1 },
    ],
  })
  // Of a gap the neighbour.
  expect(readingAt(panel, at(50.2))!.title).toBe('Batches 51')
  expect(readingAt(panel, at(1e9))!.title).toBe('Batches 100')
})

test('of dots the one that is meant is said, and none that is far', () => {
  const scatter: Panel = {
    ...panel,
    series: [
      {
        name: 'samples',
        style: 'dots',
        points: [
          [5, 5],
          [50, 50],
          [6, 90],
        ],
      },
    ],
  }
  expect(readingAt(scatter, at(7, 80))!.rows).toEqual([{ name: 'samples', value: '90', color: 0 }])
  expect(readingAt(scatter, at(90, 5))).toBeUndefined()
})

test('cells and bars say what they are of', () => {
  const categories = ['cat', 'dog']
  const axes = { x: { label: 'Predicted', categories }, y: { label: 'Actual', categories } }
  const heat = heatPanel({
    ...axes,
    values: [
      [9, 1],
      [2, Number.NaN],
    ],
    label: 'samples',
  })
  expect(readingAt(heat, at(-0.2, 1.2))!.title).toBe('Actual dog, Predicted cat: 2 samples')
  expect(readingAt(heat, at(1, 1))).toBeUndefined()
  expect(readingAt(heat, at(7, 0))).toBeUndefined()
  const bars = barPanel({ x: { label: 'Loss' }, y: { label: '', categories }, bars: { loss: [0.3, 1.2], drop: [1, 2] } })
  expect(readingAt(bars, at(0.1, 1.3))!.title).toBe('dog: loss 1.2, drop 2')
})
