import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { describe as inWords } from '../mount/describe.js'
import { Plot } from '../plot.js'
import { sheets } from '../theme.js'
import { picturesPanel } from './pictures-panel.js'

const dots = {
  values: [0, 1, 0.5, 0.25, 0, 1],
  shape: [2, 3, 1] as const,
  caption: ['predicted cat', 'a caption of many more letters than there is room for'],
}
const red = { values: [255, 0, 0], shape: [1, 1, 3] as const }

type Layer = { mark: { type: string; url: string; width: number; height: number }; data: { values: { text: string }[] } }
const layersOf = (pictures: Parameters<typeof picturesPanel>[0]['pictures']) =>
  picturesPanel({ pictures }).drawn!.layers(sheets.light, 1) as unknown as Layer[]

/** Pixels of an uncompressed PNG of ours. */
function pixels(url: string): number[] {
  const bytes = Buffer.from(url.split(',')[1]!, 'base64')
  const at = bytes.indexOf('IDAT')
  return [...inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)))]
}

test('pixels are grey or coloured, as they are given', () => {
  expect(pixels(layersOf([dots])[0]!.mark.url)).toEqual([
    0, 0, 0, 0, 255, 255, 255, 128, 128, 128, 0, 64, 64, 64, 0, 0, 0, 255, 255, 255,
  ])
  expect(pixels(layersOf([red])[0]!.mark.url)).toEqual([0, 255, 0, 0])
})

test('values beyond bytes are drawn from the lowest of all to the highest', () => {
  const [a, b] = layersOf([{ values: [-1, 1], shape: [1, 2, 1] }, { values: [0, 3], shape: [1, 2, 1] }]) // biome-ignore format: short
  expect(pixels(a!.mark.url)).toEqual([0, 0, 0, 0, 128, 128, 128])
  expect(pixels(b!.mark.url)).toEqual([0, 64, 64, 64, 255, 255, 255])
})

test('what colours stand for is said below, in as many rows as that takes', () => {
  const legend = Array.from({ length: 12 }, (_, i) => ({ name: `a class called ${i}`, color: `#0000${(i + 16).toString(16)}` }))
  const panel = picturesPanel({ pictures: [dots], legend })
  const all = panel.drawn!.layers(sheets.light, 1) as unknown as {
    mark: { color?: string; shape?: string }
    data: { values: { x: number; y: number }[] }
  }[]
  const squares = all.filter(({ mark }) => mark.shape === 'square')
  expect(squares.map(({ mark }) => mark.color)).toEqual(legend.map(({ color }) => color))
  const { width, height } = panel.drawn!.size!(sheets.light, 1)
  for (const { data } of squares) for (const { x, y } of data.values) expect(x < width && y < height).toBe(true)
  expect(height).toBeGreaterThan(picturesPanel({ pictures: [dots] }).drawn!.size!(sheets.light, 1).height + 50)
  for (const line of new Plot({ panels: [panel] }).draw({ width: 50, color: true }).split('\n').slice(-6))
    expect(line).not.toContain('undefined')
  expect(new Plot({ panels: [panel] }).draw({ width: 60, color: true })).toContain('a class called 11')
  expect(() => picturesPanel({ pictures: [dots], legend: [{ name: 'a', color: 'blue' }] })).toThrow(/'#rrggbb'.*'blue'/)
})

test('pictures keep their shape, with captions that fit', () => {
  const [first, , words] = layersOf([dots, red])
  expect(first!.mark.width / first!.mark.height).toBeCloseTo(1.5, 9)
  expect(words!.data.values.map(({ text }) => text)).toEqual(['predicted cat', 'a caption of many more letters …'])
})

test('a terminal shows them in characters', () => {
  const plot = new Plot({ panels: [picturesPanel({ title: 'Worst', pictures: [dots, dots, red] })] })
  const lines = plot.draw({ width: 40, color: false }).split('\n')
  expect(lines[0]).toBe('Worst')
  expect(lines.some(line => line.startsWith('predicted cat'))).toBe(true)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
  expect(plot.draw({ width: 40, color: true })).toContain('▀')
  expect(inWords(plot.chart)).toBe(
    'Worst: predicted cat, a caption of many more letters than there is room for; predicted cat, a caption of many more letters than there is room for; a picture.',
  )
})

test.each([
  [{ pictures: [] }, /no pictures/],
  [{ pictures: [{ values: [1], shape: [2, 2, 1] }] }, /1 values for the shape \[2, 2, 1\]/],
  [{ pictures: [{ values: [1, 2], shape: [1, 1, 2] }] }, /channels, 1 or 3/],
  [{ pictures: [3] }, /pictures must be a list/],
])('%o is refused', (options, words) => {
  expect(() => picturesPanel(options as never)).toThrow(words)
})
