import { expect, test } from 'vitest'
import { describe as inWords } from '../mount/describe.js'
import { packedChart } from '../packed-chart.js'
import { Plot } from '../plot.js'
import { dotPanel } from './dot-panel.js'

const x = { label: 'model', categories: ['mlp', 'conv', 'gru'] }
const y = { label: 'loss' }
const dots = {
  done: [
    [0, 0.5],
    [0, 0.5],
    [1, 0.1],
  ],
  stopped: [
    [2, 0.9],
    [5, 0.9],
    [1, Number.NaN],
  ],
} as const

test('dots lie side by side over their categories', async () => {
  const { layer } = new Plot({ panels: [dotPanel({ x, y, dots })] }).spec as unknown as {
    layer: { data: { values: { x: number; y: number }[] } }[]
  }
  const [, done, stopped] = layer.map(({ data }) => data.values)
  for (const [i, index] of [0, 0, 1].entries()) expect(Math.abs(done![i]!.x - index)).toBeLessThan(0.3)
  expect(Math.abs(done![0]!.x - done![1]!.x)).toBeGreaterThan(0.1)
  expect(stopped).toEqual([{ x: expect.closeTo(2, 0), y: 0.9 }])
  const svg = await new Plot({ panels: [dotPanel({ x, y, dots })] }).svg()
  for (const word of ['mlp', 'conv', 'gru', 'done', 'stopped']) expect(svg).toContain(`>${word}</text>`)
})

test('in the terminal, in words and in a page', () => {
  const panel = dotPanel({ title: 'Models', x, y, dots })
  const text = new Plot({ panels: [panel] }).draw({ width: 60, height: 8, color: false })
  for (const word of ['Models', 'mlp', 'conv', 'gru', 'stopped']) expect(text).toContain(word)
  expect(panel.drawn!.at!(1.2, 0)).toBe('conv: done 0.1 to 0.1')
  expect(panel.drawn!.at!(7, 0)).toBeUndefined()
  expect(inWords({ panels: [panel] })).toContain(
    'Models: 4 dots; mlp: done 0.5 to 0.5; conv: done 0.1 to 0.1; gru: stopped 0.9 to 0.9',
  )
  expect(packedChart({ panels: [panel] })).toContain('"source":["dots"')
})

test.each([
  [{ x: { label: '' }, y, dots }, 'dotPanel takes { x, y, dots }, and categories on x'],
  [{ x, y, dots: { a: [[0]] } }, "dotPanel: dots 'a' must be a list of [index, y]"],
  [{ x, y, dots: { a: [[0, Number.NaN]] } }, 'Nothing to plot: not one of the dots is finite.'],
  [{ x, y, dot: {} }, 'Did you mean dots?'],
])('%j is refused', (options, message) => {
  expect(() => dotPanel(options as never)).toThrow(message)
})
