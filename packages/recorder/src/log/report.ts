import { checkOptions, type Kinds, kind, show, writeWhole } from '@onecycle/platform'
import { escapeHtml, htmlFigure, htmlPage, Plot } from '@onecycle/plot'
import { formatFigure } from './figure.js'

export interface ReportOptions {
  title: string
  /** Plain text; a blank line begins a new paragraph. */
  intro?: string | undefined
  sections: ReportSection[]
}

export interface ReportSection {
  title: string
  /** Plain text; a blank line begins a new paragraph. */
  text?: string | undefined
  /** One object a row, such as `history.epochs`. The columns are those of all rows, in the order of their first use. */
  table?: Record<string, string | number | null>[] | undefined
  plots?: Plot[] | undefined
}

/**
 * One HTML page with texts, tables and plots, complete in itself: drawings inline, their data to download, no script
 * and no network. It prints well and fits a narrow screen. Whatever it is given is shown as text, never as HTML.
 *
 * @example
 * await report({
 *   title: 'MNIST',
 *   sections: [{ title: 'Losses', table: history.epochs, plots: [learn.recorder.plot_losses()] }],
 * }).save('runs/report.html')
 */
export function report(options: ReportOptions): Report {
  return new Report(options)
}

const sectionKinds: Kinds<ReportSection> = {
  title: kind.string,
  text: kind.string,
  table: kind.listOf(kind.object),
  plots: kind.listOf({ expected: 'a plot', fits: value => value instanceof Plot }),
}

/** What {@link report} makes. */
export class Report {
  static readonly name: string = 'Report'
  readonly #options: ReportOptions

  constructor(options: ReportOptions) {
    checkOptions<ReportOptions>('report', options, { title: kind.string, intro: kind.string, sections: kind.listOf(kind.object) })
    if (options.title === undefined || options.sections === undefined)
      throw new TypeError(
        "report needs a title and sections: report({ title: 'MNIST', sections: [{ title: 'Losses', plots }] }).",
      )
    for (const section of options.sections) checkOptions<ReportSection>('A section of report', section, sectionKinds)
    this.#options = options
  }

  /** The page, which loads nothing from elsewhere. */
  async html(): Promise<string> {
    const { title, intro, sections } = this.#options
    const parts = await Promise.all(sections.map(htmlSection))
    return htmlPage(title, [`<h1>${escapeHtml(title)}</h1>`, paragraphs(intro), ...parts].filter(Boolean).join('\n'))
  }

  /** Writes the page; makes missing folders, and replaces a file whole or not at all. */
  async save(path: string): Promise<void> {
    await writeWhole(path, await this.html())
  }
}

async function htmlSection({ title, text, table, plots = [] }: ReportSection): Promise<string> {
  const figures = await Promise.all(plots.map(plot => htmlFigure(plot)))
  const body = [`<h2>${escapeHtml(title)}</h2>`, paragraphs(text), table?.length ? htmlTable(table) : '', ...figures]
  return `<section>\n${body.filter(Boolean).join('\n')}\n</section>`
}

function paragraphs(text = ''): string {
  const parts = text.split(/\n\s*\n/).filter(part => part.trim())
  return parts.map(part => `<p>${escapeHtml(part.trim())}</p>`).join('\n')
}

function htmlTable(rows: Record<string, string | number | null>[]): string {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const line = (cells: string[], tag: string) => `<tr>${cells.map(cell => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  const body = rows.map(row =>
    line(
      columns.map(name => cellText(row[name] ?? null)),
      'td',
    ),
  )
  return `<div class="scroll"><table>
<thead>${line(columns, 'th')}</thead>
<tbody>${body.join('\n')}</tbody>
</table></div>`
}

function cellText(value: string | number | null): string {
  if (typeof value !== 'number') return value === null ? '' : typeof value === 'string' ? value : show(value)
  return Number.isInteger(value) ? String(value) : formatFigure(value)
}
