import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pageLook } from '../mount/page-look.js'
import { parted } from '../mount/parted.js'
import { Plot } from '../plot.js'
import { toSvg } from '../svg.js'
import { sheets } from '../theme.js'
import { vegaLite } from '../vega.js'
import { colorScale } from './color-scale.js'
import { type HeatPanelOptions, heatPanel } from './heat-panel.js'

const categories = ['cat', 'a dog of (long) name']
const values = [
  [9, 1],
  [2, Number.NaN],
]
const text = values.map(row => row.map(String))
const small: HeatPanelOptions = {
  title: 'Confusion',
  x: { label: 'Predicted', categories },
  y: { label: 'Actual', categories },
  values,
}
const large = { x: { label: 'Batches' }, y: { label: 'Value', span: [-1, 1] as const } }
const given = (value: unknown) => value as never

type Layer = { data: { values: Record<string, unknown>[] }; mark: { type: string; url?: string } }
const layersOf = (options: HeatPanelOptions) => heatPanel(options).drawn!.layers(sheets.light, 1) as unknown as Layer[]

test('each finite value is a cell around its place, and text stands in its middle', () => {
  const [cells, texts] = layersOf({ ...small, text })
  expect(cells!.data.values).toMatchObject([
    { x: -0.5, x2: 0.5, y: -0.5, y2: 0.5, value: 9 },
    { x: 0.5, x2: 1.5, y: -0.5, y2: 0.5, value: 1 },
    { x: -0.5, x2: 0.5, y: 0.5, y2: 1.5, value: 2 },
  ])
  expect(texts!.data.values.map(({ x, y, text }) => [x, y, text])).toEqual([
    [0, 0, '9'],
    [1, 0, '1'],
    [0, 1, '2'],
  ])
})

test.each([sheets.light, pageLook('dark', 'sans-serif', 600, 400)])(
  'it is drawn without a warning, with all its words',
  async look => {
    const warnings: unknown[] = []
    const original = console.warn
    console.warn = (...all) => warnings.push(all)
    const chart = new Plot({ panels: [heatPanel({ ...small, text })] }).chart
    // As it is saved, and as a page keeps it.
    const svgs = [await toSvg(vegaLite(chart, look)), await toSvg(parted(vegaLite(chart, look)).spec)]
    console.warn = original
    expect(warnings).toEqual([])
    for (const svg of svgs) {
      for (const word of ['Confusion', 'Predicted', 'Actual', ...categories, '9', '2']) expect(svg).toContain(`>${word}</text>`)
      expect(svg).not.toContain('NaN')
    }
  },
)

test('many cells are one picture, whose colours are those of the scale', () => {
  const rows = Array.from({ length: 60 }, (_, r) =>
    Array.from({ length: 70 }, (_, c) => (r === 0 && c === 0 ? Number.NaN : r + c)),
  )
  const [picture, ends] = layersOf({ ...large, values: rows })
  expect([picture!.mark.type, picture!.data.values.length]).toEqual(['image', 1])
  expect(ends!.data.values.map(({ value }) => value)).toEqual([1, 128])
  const { width, pixel } = decoded(picture!.mark.url!)
  const scale = colorScale('sequential', false, [1, 128])
  // Rows of numbers grow upward.
  for (const [r, c] of [
    [59, 69],
    [0, 1],
    [30, 20],
  ] as const)
    expect(Math.max(...pixel(59 - r, c).map((part, i) => Math.abs(part - partsOf(scale.at(r + c))[i]!)))).toBeLessThan(4)
  expect(width).toBe(70)
  expect(pixel(59, 0)).toBe(undefined)
})

test('more cells than pixels are means, and the picture stays small', async () => {
  const rows = Array.from({ length: 3 }, () => Array.from({ length: 20_000 }, (_, c) => c % 2))
  const plot = new Plot({ panels: [heatPanel({ ...large, values: rows })] })
  expect((await plot.svg()).length).toBeLessThan(20_000)
  expect(plot.draw({ width: 40, color: false })).toContain('▒▒▒▒')
})

test('in the terminal a matrix shows its numbers, others their shades from low to high', () => {
  const matrix = new Plot({ panels: [heatPanel({ ...small, text })] })
  expect(matrix.draw({ width: 60, color: false })).toMatch(/cat ┤ +9 +1\n.*name.* ┤ +2\n.*→ Predicted {3}↓ Actual/s)
  const rising = new Plot({ panels: [heatPanel({ ...large, values: [[0, 1, 2, 3, 4]], label: 'count' })] })
  const lines = rising.draw({ width: 60, color: false })
  expect(lines).toMatch(/│ {4}░░░░▒▒▒▒▓▓▓▓████/)
  expect(lines).toMatch(/0 {3}░▒▒▓██ 4 {2}count/)
  expect(rising.draw({ width: 60, color: true })).toContain('\x1b[48;')
  for (const width of [20, 40, 80])
    for (const line of matrix.draw({ width, color: false }).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
})

test('each panel has a scale of its own, and is said in words', () => {
  const { drawn } = heatPanel({ ...small, label: 'count' })
  expect(drawn!.words()).toBe('Confusion, Actual by Predicted: 2 rows of 2 values, count, from 1 to 9')
  expect(new Plot({ panels: [heatPanel(small), heatPanel(small)] }).spec).toMatchObject({
    resolve: { scale: { fill: 'independent' } },
  })
})

test('colours grow darker, or lighter on a dark page, and zero is in the middle of those that diverge', () => {
  const lightness = (color: string) => partsOf(color).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i]!, 0)
  for (const dark of [false, true]) {
    const { at } = colorScale('sequential', dark, [0, 1])
    const steps = Array.from({ length: 50 }, (_, i) => lightness(at(i / 49)) * (dark ? 1 : -1))
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    const both = colorScale('diverging', dark, [-2, 2])
    const sides = [-2, -1, 0, 1, 2].map(value => lightness(both.at(value)) * (dark ? 1 : -1))
    expect(sides.indexOf(Math.min(...sides))).toBe(2)
  }
  const [cells] = layersOf({ ...small, scale: 'diverging' })
  expect(cells).toMatchObject({ encoding: { fill: { scale: { domain: [-9, -6, -3, 0, 3, 6, 9] } } } })
})

test.each([
  [{ ...small, values: [[1, 2], [3]] }, /rows of equally many numbers/],
  [{ ...small, values: [] }, /rows of equally many numbers/],
  [{ ...small, text: [['1']] }, /text must have the shape of values, 2 rows of 2/],
  [{ ...small, x: { label: '', categories: ['a'] } }, /x has 1 categories, but there are 2 columns/],
  [
    {
      ...small,
      values: [
        [Number.NaN, Number.NaN],
        [1 / 0, 1 / 0],
      ],
    },
    /Nothing to plot/,
  ],
  [{ ...small, domain: [2, 1] }, /domain must be two numbers, the lower first/],
  [{ ...small, value: [[1]] }, /Did you mean values\?/],
  [{ ...small, values: [['1', '2']] }, /values must be a list/],
  [{ values }, /takes \{ x, y, values \}/],
])('%o is refused', (options, message) => {
  expect(() => heatPanel(given(options))).toThrow(message)
})

const partsOf = (color: string) => [1, 3, 5].map(i => Number.parseInt(color.slice(i, i + 2), 16))

/** A picture by Node's own zlib: colours by row and column, undefined where it is transparent. */
function decoded(url: string) {
  const png = Buffer.from(url.split(',')[1]!, 'base64')
  const chunks: Record<string, Buffer> = {}
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    chunks[png.toString('latin1', at + 4, at + 8)] = png.subarray(at + 8, at + 8 + png.readUInt32BE(at))
  const width = chunks['IHDR']!.readUInt32BE(0)
  const rows = inflateSync(chunks['IDAT']!)
  const pixel = (y: number, x: number): number[] => {
    const index = rows[y * (width + 1) + 1 + x]!
    return chunks['tRNS']![index] === 0 ? (undefined as never) : [...chunks['PLTE']!.subarray(3 * index, 3 * index + 3)]
  }
  return { width, pixel }
}
