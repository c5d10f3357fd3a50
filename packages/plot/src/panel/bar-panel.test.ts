import { expect, test } from 'vitest'
import { Plot } from '../plot.js'
import { sheets } from '../theme.js'
import { barPanel } from './bar-panel.js'

const categories = ['cat', 'dog', 'an animal of a very long name']
const standing = {
  title: 'Loss',
  x: { label: '', categories },
  y: { label: 'loss' },
  bars: { before: [1, 2, -0.5], after: [2, Number.NaN, 3] },
}
const lying = { x: { label: 'loss' }, y: { label: '', categories }, bars: { loss: [1, 4, 2] } }
const given = (value: unknown) => value as never

type Layer = { data: { values: { x: number; x2: number; y: number; y2: number }[] } }
const boxesOf = (options: Parameters<typeof barPanel>[0]) =>
  (barPanel(options).drawn!.layers(sheets.light, 1) as unknown as Layer[]).map(({ data }) => data.values)

test('bars stand side by side from zero, and lie where the names are on y', () => {
  const [before, after] = boxesOf(standing)
  expect(before!.map(({ y, y2 }) => [y, y2])).toEqual([
    [0, 1],
    [0, 2],
    [0, -0.5],
  ])
  expect(after!.map(({ x, x2, y2 }) => [Math.round((x + x2) * 5) / 10, y2])).toEqual([
    [0.2, 2],
    [2.2, 3],
  ])
  expect(boxesOf(lying)[0]!.map(({ x, x2, y, y2 }) => [x, x2, (y + y2) / 2])).toEqual([
    [0, 1, 0],
    [0, 4, expect.closeTo(1)],
    [0, 2, expect.closeTo(2)],
  ])
})

test('the drawing has names, a legend of several, and an axis that begins at zero', async () => {
  const svg = await new Plot({ panels: [barPanel(standing)] }).svg()
  for (const word of ['cat', 'dog', 'an animal of a very long name', 'before', 'after', 'loss', '-1', '3'])
    expect(svg).toContain(`>${word}</text>`)
  expect(await new Plot({ panels: [barPanel(lying)] }).svg()).toContain('>0</text>')
})

test('in the terminal the longest bar is the longest line', () => {
  const lines = new Plot({ panels: [barPanel(lying)] }).draw({ width: 60, height: 6, color: false }).split('\n')
  const bars = categories.map(name => {
    const row = lines.findIndex(line => line.includes(`${name.slice(0, 10)}`))
    return (lines[row]!.match(/[\u2801-\u28ff]/g) ?? []).length
  })
  expect(bars[1]! / bars[0]!).toBeCloseTo(4, 0)
  expect(bars[1]! / bars[2]!).toBeCloseTo(2, 0)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
})

test('it is said in words', () => {
  expect(barPanel(standing).drawn!.words()).toBe(
    'Loss: before: cat 1, dog 2, an animal of a very long name -0.5; after: cat 2, dog NaN, an animal of a very long name 3',
  )
})

test.each([
  [{ ...standing, x: { label: '' } }, /categories on one of its axes/],
  [{ ...standing, bars: { a: [1] } }, /x has 3 categories, but there are 1 values of 'a'/],
  [{ ...standing, bars: {} }, /takes \{ x, y, bars \}/],
  [{ ...standing, bars: { a: ['1', '2', '3'] } }, /must be a list of numbers/],
  [{ ...standing, bars: { a: [Number.NaN, Number.NaN, Number.NaN] } }, /Nothing to plot/],
  [{ ...standing, bar: {} }, /Did you mean bars\?/],
])('%o is refused', (options, message) => {
  expect(() => barPanel(given(options))).toThrow(message)
})

test('dots are not joined: few are drawn as characters, many as points', async () => {
  const scatter = (points: [number, number][]) => {
    const series = [{ name: 'a', style: 'dots' as const, points }]
    return new Plot({ panels: [{ title: 'Scatter', x: { label: '' }, y: { label: '' }, series }] })
  }
  const few = scatter([
    [0, 0],
    [3, 1],
    [1, 2],
  ])
  expect(JSON.stringify(few.spec)).not.toContain('"line","strokeWidth"')
  const drawn = few.draw({ width: 40, color: false })
  expect([drawn.match(/●/g)?.length, drawn.match(/[\u2801-\u28ff]/g)]).toEqual([3, null])
  const corners = Array.from({ length: 102 }, (_, i): [number, number] => [i % 2, +(i % 4 > 1)])
  expect(
    scatter(corners)
      .draw({ width: 40, color: false })
      .match(/[\u2801-\u28ff]/g)?.length,
  ).toBe(4)
})
