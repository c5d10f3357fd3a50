import { describe, expect, test } from 'vitest'
import { describe as inWords } from '../mount/describe.js'
import { packedChart } from '../packed-chart.js'
import { Plot } from '../plot.js'
import { parallelPanel } from './parallel-panel.js'

const axes = [
  { label: 'lr', log: true },
  { label: 'model', categories: ['mlp', 'conv', 'a transformer of a very long name'] },
  { label: 'depth', integer: true },
  { label: 'valid_loss' },
]
const lines = [
  [0.1, 0, 1, 0.9],
  [0.001, 2, 4, 0.1],
  [0.01, 1, 2, 0.5],
  [0.01, 1, Number.NaN, 0.4],
]

type Spec = {
  layer: { mark: { type: string; strokeWidth?: number }; data: { values: Record<string, unknown>[] } }[]
  width: number
}
const specOf = (panel: ReturnType<typeof parallelPanel>) => new Plot({ panels: [panel] }).spec as unknown as Spec

describe('parallel coordinates', () => {
  test('the best line is the thickest, and a value that is none makes a gap', () => {
    const { layer } = specOf(parallelPanel({ axes, lines }))
    const [others, best] = layer.filter(({ mark }) => mark.type === 'line')
    expect(best!.data.values).toHaveLength(4)
    const heights = best!.data.values.map(({ y }) => y as number)
    // The smallest rate and loss lie at the bottom, the last category does, too, and the largest depth at the top.
    expect(heights[0]).toBeGreaterThan(heights[3]!)
    expect(heights[2]).toBeLessThan(heights[3]! / 3)
    expect(others!.data.values).toHaveLength(11)
    expect(new Set(others!.data.values.map(({ piece }) => piece)).size).toBe(4)
    expect(best!.mark.strokeWidth).toBeGreaterThan(others!.mark.strokeWidth!)
    const greatest = specOf(parallelPanel({ axes, lines, better: 'higher' })).layer.filter(({ mark }) => mark.type === 'line')[1]!
    expect(greatest.data.values[0]!['y']).toBeLessThan(heights[0]!)
  })

  test('all names and ticks are there, and lie within the picture', async () => {
    const svg = await new Plot({ panels: [parallelPanel({ title: 'Trials', axes, lines })] }).svg()
    for (const word of ['Trials', 'lr', 'model', 'valid_loss', 'mlp', 'conv', '0.01', '0.6'])
      expect(svg).toContain(`>${word}</text>`)
    const many = Array.from({ length: 9 }, (_, i) => ({ label: `hyper_parameter_${i}` }))
    const { width, layer } = specOf(parallelPanel({ axes: many, lines: [many.map((_, i) => i)] }))
    expect(width).toBeGreaterThan(900)
    const places = layer.flatMap(({ data }) => data.values.map(({ x }) => x as number))
    expect(Math.min(...places)).toBeGreaterThan(0)
    expect(Math.max(...places)).toBeLessThan(width)
  })

  test('in the terminal each axis stands under its name, with its labels beside it', () => {
    const text = new Plot({ panels: [parallelPanel({ title: 'Trials', axes, lines })] }).draw({
      width: 80,
      height: 10,
      color: false,
    })
    const rows = text.split('\n')
    expect(rows[0]).toBe('Trials')
    expect(rows[1]!.split(/\s+/).filter(Boolean)).toEqual(['lr', 'model', 'depth', 'valid_loss'])
    for (const label of ['mlp│', 'conv│', 'a trans', '│ 0.']) expect(text).toContain(label)
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(80)
  })

  test('is said in words, and goes into a page', () => {
    const panel = parallelPanel({ axes, lines })
    expect(inWords({ panels: [panel] })).toBe(
      '4 lines over lr, model, depth, valid_loss; the best has lr 0.001, model a transformer of a very long name, depth 4, valid_loss 0.1.',
    )
    expect(packedChart({ panels: [panel] })).toContain('"source":["parallel"')
  })

  test.each([
    [{ axes: [{ label: 'a' }], lines: [] }, 'parallelPanel takes two axes or more'],
    [{ axes, lines: [[1, 2]] }, 'each line has a value for each of the 4 axes, but one is [1, 2].'],
    [{ axes, lines: [['1', 0, 0, 0]] }, 'parallelPanel: lines must be a list, each of it a list, each of it a number'],
    [{ axes: [{ label: 'a' }, { name: 'b' }], lines: [] }, 'parallelPanel: axes[1] has no option name.'],
    [{ axes: [{ label: 'a' }, {}], lines: [] }, 'parallelPanel: axes[1] has no label: {}.'],
    [{ axes, lines, better: 'less' }, "better must be one of 'lower', 'higher', but it is 'less'."],
    [{ axes, line: lines }, 'Did you mean lines?'],
  ])('%j is refused', (options, message) => {
    expect(() => parallelPanel(options as never)).toThrow(message)
  })
})
