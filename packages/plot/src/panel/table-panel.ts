import { checkOptions, kind } from '@onecycle/platform'
import type { Panel } from '../chart.js'
import type { Pen } from '../render/pen.js'
import { fit } from '../render/terminal-panel.js'
import type { Look } from '../theme.js'
import type { Json } from '../vega.js'
import { inkOf, pixels } from './pixels.js'

export interface TablePanelOptions {
  /** Default: none. */
  title?: string | undefined
  /** Names of the columns. */
  columns: readonly string[]
  /** One list of cells a row, as many as there are columns. */
  rows: readonly (readonly string[])[]
}

/** Height of a row, in pixels, and letters between two columns. */
const rowHeight = 22
const gap = 2
/** Width of a letter of 1 pixel, in words and numbers. */
const letter = 0.57
/** How much wider a letter is in bold. */
const bold = 1.15

/**
 * A panel of words: samples with what a model makes of them, say. Cells that have no room are cut, with an ellipsis.
 *
 * @throws TypeError for an unknown or ill-typed option, RangeError for rows that do not have a cell for each column
 *
 * @example
 * const panel = tablePanel({ columns: ['age', 'predicted'], rows: [['41', 'stays'], ['23', 'leaves']] })
 * console.log(String(new Plot({ panels: [panel] })))
 */
export function tablePanel(options: TablePanelOptions): Panel {
  checkOptions<TablePanelOptions>('tablePanel', options, {
    ...{ title: kind.string, columns: kind.listOf(kind.string), rows: kind.listOf(kind.listOf(kind.string)) },
  })
  const { title = '', columns = [], rows = [] } = options
  if (columns.length === 0 || rows.some(row => row.length !== columns.length))
    throw new RangeError(
      `tablePanel: each row must have a cell for each of the ${columns.length} columns, of which there must be one or more.`,
    )
  return {
    title,
    x: { label: '' },
    y: { label: '' },
    series: [],
    drawn: {
      size: (look, count) => ({ width: look.panelSize(count).width, height: (rows.length + 1) * rowHeight }),
      layers: (look, count) => layers([columns, ...rows], look, look.panelSize(count).width),
      lines: (width, _, pen) => [...(title ? [pen.bold(fit(title, width))] : []), ...lines([columns, ...rows], width, pen)],
      words: () => `${title ? `${title}: ` : ''}a table of ${rows.length} rows with ${columns.join(', ')}`,
    },
  }
}

type Table = readonly (readonly string[])[]

/** Letters of each column that fit together: the widest give way first. @param bold how much wider the letters of names are */
function widthsOf(table: Table, letters: number, bold = 1): number[] {
  const widths = table[0]!.map((name, c) => Math.max(1, Math.ceil(name.length * bold), ...table.map(row => row[c]!.length)))
  const room = letters - gap * (widths.length - 1)
  for (let all = sum(widths); all > room && Math.max(...widths) > 1; all--) widths[widths.indexOf(Math.max(...widths))]!--
  return widths
}

const cut = (text: string, width: number) => (text.length > width ? fit(text, width) : text)

function layers(table: Table, look: Look, width: number): Json[] {
  const natural = sum(widthsOf(table, Number.POSITIVE_INFINITY, bold)) + gap * (table[0]!.length - 1)
  const fontSize = Math.max(9, Math.min(12, Math.floor(width / (natural * letter))))
  const widths = widthsOf(table, Math.floor(width / (fontSize * letter)), bold)
  const starts = widths.map((_, c) => (sum(widths.slice(0, c)) + gap * c) * fontSize * letter)
  const cells = table.map((row, r) =>
    row.map((text, c) => ({
      x: starts[c]!,
      y: (r + 0.5) * rowHeight,
      text: cut(text, r === 0 ? Math.floor(widths[c]! / bold) : widths[c]!),
    })),
  )
  const words = (values: Json[], more: Json): Json => ({
    data: { values },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, color: inkOf(look), ...more },
    encoding: { ...pixels, text: { field: 'text', type: 'nominal' } },
  })
  const line = {
    data: { values: [{ x: 0, y: rowHeight, x2: (sum(widths) + gap * (widths.length - 1)) * fontSize * letter }] },
    mark: { type: 'rule', color: inkOf(look), opacity: 0.4 },
    encoding: { ...pixels, x2: { field: 'x2' } },
  }
  return [words(cells[0]!, { fontWeight: 'bold' }), line, words(cells.slice(1).flat(), {})]
}

function lines(table: Table, width: number, pen: Pen): string[] {
  const widths = widthsOf(table, width)
  const text = table.map(row => fit(row.map((cell, c) => fit(cell, widths[c]!)).join(' '.repeat(gap)), width))
  return [
    pen.bold(text[0]!),
    pen.dim(fit('─'.repeat(Math.min(width, sum(widths) + gap * (widths.length - 1))), width)),
    ...text.slice(1),
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
