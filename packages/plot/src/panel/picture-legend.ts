import type { Json } from '../json.js'
import { fit } from '../render/framed.js'
import type { Pen } from '../render/pen.js'
import { textWidth } from '../text-width.js'
import type { Look } from '../theme.js'
import { pixels } from './pixels.js'

/** What a colour in pictures stands for. */
export interface ColorName {
  readonly name: string
  /** Such as '#0072b2'. */
  readonly color: string
}

const fontSize = 12
const rowHeight = 20
const swatch = 12

/** Where each name begins, in rows of a width. */
function placed(legend: readonly ColorName[], width: number): { row: number; x: number }[] {
  let [row, x] = [0, 0]
  return legend.map(({ name }) => {
    const needed = swatch + 6 + textWidth(name, fontSize) + 18
    if (x > 0 && x + needed > width) [row, x] = [row + 1, 0]
    const place = { row, x }
    x += needed
    return place
  })
}

export function legendHeight(legend: readonly ColorName[], width: number): number {
  return legend.length > 0 ? (placed(legend, width).at(-1)!.row + 1) * rowHeight : 0
}

/** Squares in the colours, and their names beside them. */
export function legendLayers(legend: readonly ColorName[], width: number, below: number, look: Look): Json[] {
  if (legend.length === 0) return []
  const places = placed(legend, width).map(({ row, x }, i) => ({ ...legend[i]!, x, y: below + (row + 0.5) * rowHeight }))
  const encoding = { ...pixels, text: { field: 'name', type: 'nominal' } }
  const squares = places.map(({ x, y, color }) => ({
    data: { values: [{ x: x + swatch / 2, y }] },
    mark: { type: 'point', shape: 'square', filled: true, size: swatch ** 2, color, opacity: 1 },
    encoding: pixels,
  }))
  const words = {
    data: { values: places.map(({ name, x, y }) => ({ name, x: x + swatch + 6, y })) },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, color: look.inks.ink },
    encoding,
  }
  return [...squares, words]
}

/** Lines of a width that say the same; without colours there is nothing to say. */
export function legendLines(legend: readonly ColorName[], width: number, pen: Pen): string[] {
  if (!pen.isColored) return []
  const lines: { text: string; length: number }[] = []
  for (const { name, color } of legend) {
    const word = fit(name, Math.min(name.length, width - 2))
    const last = lines.at(-1)
    const said = { text: `${pen.hex(color)('■')} ${word}`, length: word.length + 2 }
    if (last && last.length + 3 + said.length <= width)
      Object.assign(last, { text: `${last.text}   ${said.text}`, length: last.length + 3 + said.length })
    else lines.push(said)
  }
  return lines.map(({ text, length }) => text + ' '.repeat(Math.max(0, width - length)))
}
