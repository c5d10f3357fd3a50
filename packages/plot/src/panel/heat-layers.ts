import { toBase64 } from '@onecycle/platform'
import type { Json } from '../json.js'
import { partsOf } from '../palette.js'
import { formatNumber } from '../render/number.js'
import type { Look } from '../theme.js'
import { linearTicks } from '../ticks.js'
import { type ColorScale, colorScale, inkOn } from './color-scale.js'
import { pooled } from './grid.js'
import type { Heat } from './heat.js'
import { areaOf, letter, namedEncoding, namedScale } from './named-axis.js'
import { indexedPng } from './png.js'

/** More cells than these become one picture, of means where there are more of them than pixels. */
const mostCells = 2500
/** Cells that are smaller, in pixels, have no room between them. */
const smallCell = 8
const mostRows = 500
const mostColumns = 1000

/** Smallest text that is still readable, in pixels. */
const smallest = 7

/** A heat map in Vega-Lite. */
export function heatLayers(heat: Heat, look: Look, columns: number): Json[] {
  const { x, y, values, edges } = heat
  const area = areaOf(look, columns, x, y)
  const colors = colorScale(heat.scale, look.theme === 'dark', heat.domain)
  const position = {
    x: namedEncoding('x', x, namedScale(x, 'x', edges.x), area, false),
    y: namedEncoding('y', y, namedScale(y, 'y', edges.y), area, false),
  }
  const room = { width: area.width / values[0]!.length, height: area.height / values.length }
  const fontSize = fontSizeOf(heat, room)
  const written = fontSize >= smallest
  const fill = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: colors.values, range: colors.colors, interpolate: 'rgb', clamp: true },
    // What is written in the cells need not be read off a scale.
    legend: written ? null : legendOf(heat, area.height),
  }
  const box = { ...position, x2: { field: 'x2' }, y2: { field: 'y2' } }
  const all = { x: edges.x[0], x2: edges.x[1], y: edges.y[0], y2: edges.y[1] }
  const filled = (cells: Json[]) => ({
    data: { values: cells },
    mark: {
      type: 'rect',
      opacity: 1,
      stroke: look.inks.ground,
      strokeWidth: Math.min(room.width, room.height) >= smallCell ? 1 : 0,
    },
    encoding: { ...box, fill },
  })
  const count = values.length * values[0]!.length
  // Between small cells their ground would shine through.
  const isFine = !written && count > 400 && Math.min(room.width, room.height) < smallCell
  if (count > mostCells || isFine) {
    const picture = { type: 'image', aspect: false, smooth: false, url: pictureOf(heat, colors) }
    // The legend is made of two cells of no width.
    const ends = heat.domain.map(value => ({ ...all, x2: all.x, value }))
    return [{ data: { values: [all] }, mark: picture, encoding: box }, filled(ends)]
  }
  const cells = cellsOf(heat)
  if (!written) return [filled(cells)]
  const words = cells.map(({ x, x2, y, y2, value, text }) => ({
    x: (x + x2) / 2,
    y: (y + y2) / 2,
    text,
    ink: inkOn(colors.at(value)),
  }))
  const ink = { field: 'ink', type: 'nominal', scale: null, legend: null }
  const text = {
    data: { values: words },
    mark: { type: 'text', fontSize },
    encoding: { ...position, text: { field: 'text' }, color: ink },
  }
  return [filled(cells), text]
}

/** Of the longest text in the cells; 0 where there is none. */
function fontSizeOf({ text }: Heat, room: { width: number; height: number }): number {
  const longest = Math.max(0, ...(text?.flat().map(each => each.length) ?? []))
  return longest && Math.floor(Math.min(13, room.height * 0.7, (room.width * 0.9) / (longest * letter)))
}

type Cell = { x: number; x2: number; y: number; y2: number; value: number; text: string | undefined }

function cellsOf({ values, text, edges }: Heat): Cell[] {
  const edge =
    ([low, high]: readonly [number, number], count: number) =>
    (i: number) =>
      low + ((high - low) * i) / count
  const across = edge(edges.x, values[0]!.length)
  const along = edge(edges.y, values.length)
  return values.flatMap((row, r) =>
    row.flatMap((value, c) =>
      Number.isFinite(value)
        ? [{ x: across(c), x2: across(c + 1), y: along(r), y2: along(r + 1), value, text: text?.[r]?.[c] }]
        : [],
    ),
  )
}

function legendOf({ domain, label }: Heat, height: number): Json {
  const ticks = linearTicks(...(domain as [number, number]), 5)
  const labels = Object.fromEntries(ticks.map(tick => [tick, formatNumber(tick)]))
  return {
    title: label ?? null,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    orient: 'right',
    direction: 'vertical',
    gradientLength: Math.round(height * 0.7),
    values: ticks,
    labelExpr: `(${JSON.stringify(labels)})[datum.value]`,
  }
}

/** All cells in one picture, as an address of its content. */
function pictureOf({ values, y, domain: [low, high] }: Heat, { share, at }: ColorScale): string {
  const grid = pooled(y.categories ? values : values.toReversed(), mostRows, mostColumns)
  const palette = Array.from({ length: 255 }, (_, i) => partsOf(at(low + ((high - low) * i) / 254)))
  const indexes = Uint8Array.from(grid.flat(), value => (Number.isFinite(value) ? Math.round(share(value) * 254) : 255))
  return `data:image/png;base64,${toBase64(indexedPng(grid[0]!.length, indexes, palette))}`
}
