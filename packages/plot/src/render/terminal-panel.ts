import { type Axis, colorsOf, markColorsOf, type Panel, shownExtent, shows } from '../chart.js'
import { colorAt } from '../theme.js'
import { axisScale, tickLabels } from '../ticks.js'
import { BrailleCanvas } from './canvas.js'
import type { Pen } from './pen.js'

/** One panel as lines that are all `width` characters wide; `height` counts the lines of the drawing area. */
export function panelLines(panel: Panel, width: number, height: number, pen: Pen): string[] {
  const yScale = axisScale(panel.y, shownExtent(panel, 'y'), Math.max(2, Math.floor(height / 3)), true)
  const yLabels = tickLabels(yScale.ticks, panel.y)
  const margin = Math.max(...yLabels.map(label => label.length)) + 1
  const columns = width - margin - 1
  const xScale = axisScale(panel.x, shownExtent(panel, 'x'), Math.max(2, Math.floor(columns / (panel.x.log ? 8 : 12))), false)

  const canvas = new BrailleCanvas(columns, height)
  const alongX = placer(panel.x, xScale.domain)
  const alongY = placer(panel.y, yScale.domain)
  const across = (x: number) => Math.round(alongX(x) * (canvas.width - 1))
  const down = (y: number) => Math.round((1 - alongY(y)) * (canvas.height - 1))
  drawPanel(panel, canvas, across, down)

  const paint = painter(pen)
  return framed(panel, width, pen, {
    rows: canvas.rows(paint),
    margin,
    yTicks: new Map(yScale.ticks.map((tick, i) => [down(tick) >> 2, yLabels[i]!])),
    xTicks: xScale.ticks.map(tick => across(tick) >> 1),
    xLabels: tickLabels(xScale.ticks, panel.x),
    below: legend(panel, width, ' '.repeat(margin), paint),
  })
}

/** Colours by their numbers, and 'faint'. */
export const painter =
  (pen: Pen) =>
  (text: string, color: string | undefined): string =>
    color === undefined ? text : color === 'faint' ? pen.dim(text) : pen.hex(color)(text)

export interface Framed {
  /** What is between the axes, from the top. */
  rows: readonly string[]
  /** Characters left of them. */
  margin: number
  /** Labels by row. */
  yTicks: ReadonlyMap<number, string>
  /** Columns, and their labels. */
  xTicks: readonly number[]
  xLabels: readonly string[]
  /** Lines under the axis. */
  below: readonly string[]
}

/** Axes, labels and title around what is drawn: lines that are all `width` characters wide. */
export function framed(
  { title, x }: Pick<Panel, 'title' | 'x'>,
  width: number,
  pen: Pen,
  { rows, margin, yTicks, xTicks, xLabels, below }: Framed,
): string[] {
  const columns = width - margin - 1
  const { axis, labels } = xAxis(xTicks, xLabels, columns)
  const indent = ' '.repeat(margin)
  return [
    ...(title ? [pen.bold(fit(indent + title, width))] : []),
    ...rows.map((row, i) => {
      const label = yTicks.get(i)
      return pen.dim(`${(label ?? '').padStart(margin - 1)} ${label === undefined ? '│' : '┤'}`) + row
    }),
    pen.dim(indent + axis),
    pen.dim(indent + labels),
    fit(indent + centred(x.label, columns + 1), width),
    ...below,
  ]
}

type Place = (value: number) => number

function drawPanel(panel: Panel, canvas: BrailleCanvas, across: Place, down: Place): void {
  const colors = colorsOf(panel)
  const tints = markColorsOf(panel).map(colorAt)
  panel.marks?.forEach((mark, i) => {
    if (mark.main) canvas.line(across(mark.x), 0, across(mark.x), canvas.height, tints[i], 3)
  })
  panel.series.forEach((series, i) => {
    const color = series.style === 'faint' ? 'faint' : colorAt(colors[i]!)
    const markers = series.style === 'points' || series.points.length === 1
    let previous: [number, number] | undefined
    for (const [x, y] of series.points) {
      if (!shows(panel.x, x) || !shows(panel.y, y)) {
        previous = undefined
        continue
      }
      const here: [number, number] = [across(x), down(y)]
      canvas.line(...(previous ?? here), ...here, color, markers ? 4 : 1)
      if (markers) canvas.glyph(...here, '●', color)
      if (series.style !== 'dots') previous = here
    }
  })
  panel.marks?.forEach((mark, i) => {
    canvas.glyph(across(mark.x), down(mark.y), '◆', tints[i])
  })
}

/** Where a value lies between the ends of the axis, from 0 to 1. */
export function placer(axis: Axis, [low, high]: [number, number]): Place {
  const along = axis.log ? Math.log : (value: number) => value
  return value => (along(value) - along(low)) / (along(high) - along(low))
}

/** The axis line with its ticks, and under it the labels that have room. */
function xAxis(places: readonly number[], texts: readonly string[], columns: number): { axis: string; labels: string } {
  const axis = ['└', ...new Array<string>(columns).fill('─')]
  const labels = new Array<string>(columns + 1).fill(' ')
  let free = 0
  places.forEach((place, i) => {
    axis[place + 1] = '┴'
    const text = texts[i]!
    const start = Math.min(Math.max(0, place + 1 - (text.length >> 1)), labels.length - text.length)
    if (start < free) return
    for (let c = 0; c < text.length; c++) labels[start + c] = text[c]!
    free = start + text.length + 1
  })
  return { axis: axis.join(''), labels: labels.join('') }
}

/** A line or more that names the series, where there are several, and every mark. */
export function legend(panel: Panel, width: number, indent: string, paint: (text: string, color: string) => string): string[] {
  const colors = colorsOf(panel)
  const named = panel.series.map((series, i) => ({
    name: series.name,
    symbol: series.style.endsWith('s') ? '●' : '━',
    color: colorAt(colors[i]!),
    faint: series.style === 'faint',
  }))
  const names = [...new Set(named.map(({ name }) => name))]
  const entries = (names.length > 1 ? names : []).map(name => {
    const all = named.filter(entry => entry.name === name && !entry.faint)
    return { symbol: [...new Set(all.map(entry => entry.symbol))].join(''), text: name, color: all[0]?.color ?? 'faint' }
  })
  const tints = markColorsOf(panel).map(colorAt)
  panel.marks?.forEach((mark, i) => {
    entries.push({ symbol: '◆', text: mark.label, color: tints[i]! })
  })

  const lines: string[] = []
  let line = indent
  let used = indent.length
  const flush = () => lines.push(line + ' '.repeat(Math.max(0, width - used)))
  for (const { symbol, text, color } of entries) {
    const length = symbol.length + text.length + 4
    if (used > indent.length && used + length > width) {
      flush()
      line = indent
      used = indent.length
    }
    line += ` ${paint(symbol, color)} ${text}  `
    used += length
  }
  if (entries.length) flush()
  return lines
}

function centred(text: string, width: number): string {
  return ' '.repeat(Math.max(0, (width - text.length) >> 1)) + text
}

/** Cut or filled up to exactly `width` characters. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}
