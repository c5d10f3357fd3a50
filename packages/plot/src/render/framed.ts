import { type Panel, titleOf } from '../chart.js'
import type { Pen } from './pen.js'

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
    fit(indent + centred(titleOf(x), columns + 1), width),
    ...below,
  ]
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

function centred(text: string, width: number): string {
  return ' '.repeat(Math.max(0, (width - text.length) >> 1)) + text
}

/** Cut or filled up to exactly `width` characters. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}
