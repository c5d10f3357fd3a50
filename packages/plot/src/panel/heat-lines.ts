import { fit, framed } from '../render/framed.js'
import { formatNumber } from '../render/number.js'
import type { Pen } from '../render/pen.js'
import { placer } from '../ticks.js'
import { type ColorScale, colorScale, inkOn } from './color-scale.js'
import { type Grid, pooled } from './grid.js'
import type { Heat } from './heat.js'
import { namedLabels, namedScale } from './named-axis.js'

/** A heat map in characters: a cell is some characters on its colour or, where there are no colours, of its shade. */
export function heatLines(heat: Heat, width: number, height: number, pen: Pen): string[] {
  const { x, y, values, edges } = heat
  const yScale = namedScale(y, 'y', edges.y, { count: Math.max(2, Math.floor(height / 3)) })
  const yLabels = namedLabels(y, yScale, Math.max(4, Math.floor(width / 3)))
  const margin = Math.max(...yLabels.map(each => each.length)) + 1
  const room = width - margin - 1
  const downward = (grid: Grid) => (y.categories ? grid : grid.toReversed())
  const grid = pooled(downward(values), y.categories ? values.length : height, room)
  const isWhole = grid.length === values.length && grid[0]!.length === values[0]!.length
  const words = isWhole && heat.text ? (y.categories ? heat.text : heat.text.toReversed()) : undefined

  const tall = Math.max(1, Math.min(2, Math.floor(height / grid.length)))
  const inCells = words?.flat().map(each => each.length + 2) ?? []
  const longest = Math.min(14, Math.max(4, ...inCells, ...(x.categories?.map(name => name.length + 1) ?? [])))
  const wide = Math.max(1, Math.min(longest, Math.floor(room / grid[0]!.length)))
  const isWritten = words?.every(row => row.every(each => each.length < wide)) ?? false
  const cell = painter(colorScale(heat.scale, true, heat.domain), pen, !isWritten)
  const rows = grid.flatMap((row, r) =>
    Array.from({ length: tall }, (_, line) => {
      const text = isWritten && line === 0 ? words![r]! : []
      return row.map((value, c) => cell(value, centred(text[c] ?? '', wide))).join('') + ' '.repeat(room - wide * row.length)
    }),
  )
  const columns = wide * grid[0]!.length
  const xScale = namedScale(x, 'x', edges.x, { count: Math.max(2, Math.floor(columns / 12)) })
  const yPlace = placer({ label: '' }, yScale.domain)
  const xPlace = placer({ label: '' }, xScale.domain)
  const within = (share: number, count: number) => Math.min(count - 1, Math.floor(share * count))
  const label = y.label ? `→ ${x.label}   ${y.categories ? '↓' : '↑'} ${y.label}` : x.label
  return framed({ title: heat.title, x: { label } }, width, pen, {
    rows,
    margin,
    yTicks: new Map(yScale.ticks.map((tick, i) => [within(1 - yPlace(tick), grid.length) * tall, yLabels[i]!])),
    xTicks: xScale.ticks.map(tick => within(xPlace(tick), columns)),
    xLabels: namedLabels(x, xScale, Math.max(3, wide - 1)),
    below: isWritten ? [] : [fit('', margin) + ramp(heat, cell, width - margin)],
  })
}

type Cell = (value: number, text: string) => string

const shades = ' ░▒▓█'

function painter({ share, at }: ColorScale, pen: Pen, shaded: boolean): Cell {
  return (value, text) => {
    if (!Number.isFinite(value)) return ' '.repeat(text.length)
    if (pen.isColored) return pen.bgHex(at(value))(pen.hex(inkOn(at(value)))(text))
    return shaded ? shades[Math.min(4, Math.floor(share(value) * 5))]!.repeat(text.length) : text
  }
}

/** The cells of eight values from low to high, between their numbers. */
function ramp({ domain: [low, high], label }: Heat, cell: Cell, width: number): string {
  const begin = ` ${formatNumber(low, 3)} `
  const cells = Array.from({ length: 8 }, (_, i) => cell(low + ((high - low) * i) / 7, ' ')).join('')
  return begin + cells + fit(` ${formatNumber(high, 3)}${label ? `  ${label}` : ''}`, width - begin.length - 8)
}

function centred(text: string, width: number): string {
  return (' '.repeat(Math.max(0, (width - text.length + 1) >> 1)) + text).padEnd(width).slice(0, width)
}
