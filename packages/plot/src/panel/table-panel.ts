import { checkOptions, kind, rangeError } from '@onecycle/platform'
import type { Panel } from '../chart.js'
import type { Json } from '../json.js'
import { fit } from '../render/framed.js'
import type { Pen } from '../render/pen.js'
import { wrapName, wrappedWidth } from '../render/wrap.js'
import type { Look } from '../theme.js'
import { pixels } from './pixels.js'

/** What `tablePanel` draws: columns and rows of text. */
export interface TablePanelOptions {
  /** Default: none. */
  title?: string | undefined
  /** Names of the columns. */
  columns: readonly string[]
  /** One list of cells a row, as many as there are columns. */
  rows: readonly (readonly string[])[]
}

/** Height of a row and of a line of names, in pixels, and letters between two columns. */
const rowHeight = 22
const lineHeight = 14
/** Lines that a name has, where there is room. */
const mostLines = 3
const gap = 2
/** Width of a letter of 1 pixel, in words and numbers. */
const letter = 0.57
/** How much wider a letter is in bold. */
const bold = 1.15

/**
 * A panel of words: samples with what a model makes of them, say. Names of columns that have no room take more lines, cells that have none are
 * cut, with an ellipsis.
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
    throw rangeError(
      'panel-data',
      `tablePanel: each row must have a cell for each of the ${columns.length} columns, of which there must be one or more.`,
    )
  return {
    title,
    x: { label: '' },
    y: { label: '' },
    series: [],
    drawn: {
      size: (look, count) => {
        const { width } = look.panelSize(count)
        return { width, height: rows.length * rowHeight + headHeight(formOf([columns, ...rows], width).head) }
      },
      layers: (look, count) => layers([columns, ...rows], look, look.panelSize(count).width),
      lines: (width, _, pen) => [...(title ? [pen.bold(fit(title, width))] : []), ...lines([columns, ...rows], width, pen)],
      source: ['table', options],
      words: () => `${title ? `${title}: ` : ''}a table of ${rows.length} rows with ${columns.join(', ')}`,
    },
  }
}

type Table = readonly (readonly string[])[]

/** Letters that columns need where their names may take so many lines. @param bold how much wider the letters of names are */
function neededBy(table: Table, bold: number, lines = mostLines): number[] {
  return table[0]!.map((name, c) => Math.max(1, Math.ceil(wrappedWidth(name, lines) * bold), longest(table, c)))
}

const longest = (table: Table, column: number) => Math.max(0, ...table.slice(1).map(row => row[column]!.length))

/**
 * Letters of each column that fit together: names in one line give way first, then those in a few lines, and what is cut is what is widest then. No
 * column is wider than what is in it.
 */
function widthsOf(table: Table, letters: number, bold = 1): number[] {
  const [names] = table as [readonly string[]]
  const widths = names.map((name, c) => Math.max(1, Math.ceil(name.length * bold), longest(table, c)))
  const room = letters - gap * (widths.length - 1)
  for (const least of [neededBy(table, bold), neededBy(table, bold, Number.POSITIVE_INFINITY), widths.map(() => 1)])
    for (let all = sum(widths); all > room; all--) {
      const slack = widths.map((width, c) => (width > least[c]! ? width : 0))
      if (Math.max(...slack) === 0) break
      widths[slack.indexOf(Math.max(...slack))]!--
    }
  const inName = (c: number) => Math.max(...wrapName(names[c]!, lettersIn(widths[c]!, bold)).map(line => line.length))
  return widths.map((width, c) => Math.min(width, Math.max(Math.ceil(inName(c) * bold), longest(table, c))))
}

/** Letters of a name that have room. */
const lettersIn = (width: number, bold: number) => Math.max(1, Math.floor(width / bold))

const cut = (text: string, width: number) => (text.length > width ? fit(text, width) : text)

/** Names of columns, line by line, the last lines filled. */
function headOf(names: readonly string[], widths: readonly number[], bold = 1): string[][] {
  const wrapped = names.map((name, c) => wrapName(name, lettersIn(widths[c]!, bold)))
  const lines = Math.max(...wrapped.map(({ length }) => length))
  return Array.from({ length: lines }, (_, line) => wrapped.map(own => own[line - lines + own.length] ?? ''))
}

const headHeight = (head: readonly unknown[]) => rowHeight + (head.length - 1) * lineHeight

interface Form {
  readonly fontSize: number
  readonly widths: readonly number[]
  readonly head: readonly (readonly string[])[]
}

/** How a table fits into so many pixels. */
function formOf(table: Table, width: number): Form {
  const natural = sum(neededBy(table, bold)) + gap * (table[0]!.length - 1)
  const fontSize = Math.max(9, Math.min(12, Math.floor(width / (natural * letter))))
  const widths = widthsOf(table, Math.floor(width / (fontSize * letter)), bold)
  return { fontSize, widths, head: headOf(table[0]!, widths, bold) }
}

function layers(table: Table, look: Look, width: number): Json[] {
  const { fontSize, widths, head } = formOf(table, width)
  const starts = widths.map((_, c) => (sum(widths.slice(0, c)) + gap * c) * fontSize * letter)
  const above = headHeight(head)
  const names = head.map((row, line) => row.map((text, c) => ({ x: starts[c]!, y: rowHeight / 2 + line * lineHeight, text })))
  const cells = table
    .slice(1)
    .map((row, r) => row.map((text, c) => ({ x: starts[c]!, y: above + (r + 0.5) * rowHeight, text: cut(text, widths[c]!) })))
  const words = (values: Json[], more: Json): Json => ({
    data: { values },
    mark: { type: 'text', align: 'left', baseline: 'middle', fontSize, color: look.inks.ink, ...more },
    encoding: { ...pixels, text: { field: 'text', type: 'nominal' } },
  })
  const line = {
    data: { values: [{ x: 0, y: above, x2: (sum(widths) + gap * (widths.length - 1)) * fontSize * letter }] },
    mark: { type: 'rule', color: look.inks.ink, opacity: 0.4 },
    encoding: { ...pixels, x2: { field: 'x2' } },
  }
  return [words(names.flat(), { fontWeight: 'bold' }), line, words(cells.flat(), {})]
}

function lines(table: Table, width: number, pen: Pen): string[] {
  const widths = widthsOf(table, width)
  const text = (row: readonly string[]) => fit(row.map((cell, c) => fit(cell, widths[c]!)).join(' '.repeat(gap)), width)
  return [
    ...headOf(table[0]!, widths).map(row => pen.bold(text(row))),
    pen.dim(fit('─'.repeat(Math.min(width, sum(widths) + gap * (widths.length - 1))), width)),
    ...table.slice(1).map(text),
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
