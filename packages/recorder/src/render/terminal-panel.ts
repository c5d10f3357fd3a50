import type { ChalkInstance } from 'chalk'
import { type Axis, colorsOf, extent, type Panel, shows } from '../plot/chart.js'
import { markColor, palette } from '../plot/theme.js'
import { linearTicks, logTicks } from '../plot/ticks.js'
import { BrailleCanvas } from './canvas.js'
import { formatNumber } from './number.js'

/** One panel as lines that are all `width` characters wide; `height` counts the lines of the drawing area. */
export function panelLines(panel: Panel, width: number, height: number, chalk: ChalkInstance): string[] {
  const yScale = scaleOf(panel.y, valuesOf(panel, 1), Math.max(2, Math.floor(height / 3)), true)
  const yLabels = tickLabels(yScale.ticks, panel.y)
  const margin = Math.max(...yLabels.map(label => label.length)) + 1
  const columns = width - margin - 1
  const xScale = scaleOf(panel.x, valuesOf(panel, 0), Math.max(2, Math.floor(columns / 12)), false)

  const canvas = new BrailleCanvas(columns, height)
  const across = (x: number) => Math.round(xScale.position(x) * (canvas.width - 1))
  const down = (y: number) => Math.round((1 - yScale.position(y)) * (canvas.height - 1))
  drawPanel(panel, canvas, across, down)

  const paint = (text: string, color: string | undefined) =>
    color === undefined ? text : color === 'faint' ? chalk.dim(text) : chalk.hex(color)(text)
  const yTicks = new Map(yScale.ticks.map((tick, i) => [down(tick) >> 2, yLabels[i]!]))
  const rows = canvas.rows(paint).map((row, i) => {
    const label = yTicks.get(i)
    return chalk.dim(`${(label ?? '').padStart(margin - 1)} ${label === undefined ? '│' : '┤'}`) + row
  })
  const { axis, labels } = xAxis(
    xScale.ticks.map(tick => across(tick) >> 1),
    tickLabels(xScale.ticks, panel.x),
    columns,
  )
  const indent = ' '.repeat(margin)
  return [
    ...(panel.title ? [chalk.bold(fit(indent + panel.title, width))] : []),
    ...rows,
    chalk.dim(indent + axis),
    chalk.dim(indent + labels),
    fit(indent + centred(panel.x.label, columns + 1), width),
    ...legend(panel, width, indent, paint),
  ]
}

type Place = (value: number) => number

function drawPanel(panel: Panel, canvas: BrailleCanvas, across: Place, down: Place): void {
  const colors = colorsOf(panel)
  for (const mark of panel.marks ?? []) {
    for (let y = 0; y < canvas.height; y += 3) canvas.dot(across(mark.x), y, tint(mark.main))
  }
  panel.series.forEach((series, i) => {
    const color = series.style === 'faint' ? 'faint' : palette[colors[i]! % palette.length]!
    let previous: [number, number] | undefined
    for (const [x, y] of series.points) {
      if (!shows(panel.x, x) || !shows(panel.y, y)) {
        previous = undefined
        continue
      }
      const here: [number, number] = [across(x), down(y)]
      if (series.style === 'points') canvas.glyph(...here, '●', color)
      else canvas.line(...(previous ?? here), ...here, color)
      previous = here
    }
  })
  for (const mark of panel.marks ?? []) {
    if (shows(panel.x, mark.x) && shows(panel.y, mark.y)) canvas.glyph(across(mark.x), down(mark.y), '◆', tint(mark.main))
  }
}

function tint(main = true): string {
  return main ? markColor : 'faint'
}

function valuesOf(panel: Panel, side: 0 | 1): number[] {
  const key = side === 0 ? 'x' : 'y'
  const values = panel.series.flatMap(series => series.points.map(point => point[side]))
  return [...values, ...(panel.marks ?? []).map(mark => mark[key])].filter(value => shows(panel[key], value))
}

/** Ticks, and where a value lies between the ends of the axis, from 0 to 1. `round` moves the ends out to round values. */
function scaleOf(axis: Axis, values: number[], count: number, round: boolean): { ticks: number[]; position: Place } {
  let [low, high] = extent(values)
  if (low === high) {
    const margin = axis.log ? 1 : Math.abs(low) * 0.05 || 1
    ;[low, high] = axis.log ? [low / 2, high * 2] : [low - margin, high + margin]
  }
  const ticksOf = () => (axis.log ? logTicks(low, high, count) : linearTicks(low, high, count, axis.integer))
  let ticks = ticksOf()
  if (round && !axis.log && ticks.length > 1) {
    const step = ticks[1]! - ticks[0]!
    low = Math.floor(low / step + 1e-9) * step
    high = Math.ceil(high / step - 1e-9) * step
    ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, i) => Number((low + i * step).toPrecision(12)))
  }
  const along = axis.log ? Math.log : (value: number) => value
  return { ticks, position: value => (along(value) - along(low)) / (along(high) - along(low)) }
}

/** Labels of one axis: with as many decimals as its step needs, or as short as each goes on a logarithmic one. */
function tickLabels(ticks: number[], axis: Axis): string[] {
  const [low, high] = extent(ticks.map(Math.abs))
  const short = ticks.map(tick => formatNumber(tick))
  if (axis.log || high >= 1e6 || (high < 1e-3 && low < high)) return short
  const decimals = Math.max(...short.map(label => (label.split('.')[1] ?? '').length))
  return ticks.map(tick => tick.toFixed(decimals))
}

/** The axis line with its ticks, and under it the labels that have room. */
function xAxis(places: number[], texts: string[], columns: number): { axis: string; labels: string } {
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
function legend(panel: Panel, width: number, indent: string, paint: (text: string, color: string) => string): string[] {
  const colors = colorsOf(panel)
  const named = panel.series.map((series, i) => ({
    name: series.name,
    symbol: series.style === 'points' ? '●' : '━',
    color: palette[colors[i]! % palette.length]!,
    faint: series.style === 'faint',
  }))
  const names = [...new Set(named.map(({ name }) => name))]
  const entries = (names.length > 1 ? names : []).map(name => {
    const all = named.filter(entry => entry.name === name && !entry.faint)
    return { symbol: [...new Set(all.map(entry => entry.symbol))].join(''), text: name, color: all[0]?.color ?? 'faint' }
  })
  for (const mark of panel.marks ?? []) entries.push({ symbol: '◆', text: mark.label, color: tint(mark.main) })

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
function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}
