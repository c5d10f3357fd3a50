import { expect, test } from 'vitest'
import type { Panel } from './chart.js'
import { sheets } from './theme.js'
import { vegaLite } from './vega.js'

type Layer = { mark: { type: string }; data: { values: { x: number; y: number | null }[] } }
const drawn = (panel: Partial<Panel>, type: string) => {
  const layers = vegaLite({ panels: [{ title: '', x: { label: '' }, y: { label: '' }, series: [], ...panel }] }, sheets.light)
  return (layers['layer'] as Layer[]).filter(({ mark }) => mark.type === type).flatMap(({ data }) => data.values)
}
const points: [number, number][] = [[0, 0], [1, 0.5], [2, 7], [3, 1], [4, Number.NaN]] // biome-ignore format: short
const inside = [{ x: 1, y: 0.5 }, { x: 3, y: 1 }] // biome-ignore format: short
const windows = { x: { label: '', window: [0.5, 4] as const }, y: { label: '', window: [0, 1] as const } }

test.each(['points', 'dots'] as const)('dots beyond what is shown, to either side or above, are left out of %s', style => {
  expect(drawn({ ...windows, series: [{ name: 'a', style, points }] }, 'point')).toEqual(inside)
})

test('marks beyond what is shown are left out', () => {
  const marks = points.map(([x, y], i) => ({ label: `${i}`, x, y, main: true }))
  expect(drawn({ ...windows, marks }, 'point')).toEqual(inside)
  expect(drawn({ ...windows, marks }, 'rule')).toEqual(inside)
})

test('of dots those that are seen keep their places when others beyond the window are near', () => {
  const series = [{ name: 'a', style: 'dots' as const, points: [[-0.001, 0.5], [0, 0.5], [1, 1]] as [number, number][] }] // biome-ignore format: short
  expect(drawn({ x: { label: '', window: [0, 1] }, series }, 'point')).toEqual([{ x: 0, y: 0.5 }, { x: 1, y: 1 }]) // biome-ignore format: short
})
