import { checkOptions, type Kinds, kind, show, typeError, writeWhole } from '@onecycle/platform'
import { Plot, type Theme } from '@onecycle/plot'
import { escapeHtml, type FigureOptions, figureScript, htmlFigure, htmlPage } from '@onecycle/plot/internal/html'
import { formatFigure } from './figure.js'

/** What a report is made of: its title, words, sections, colours, and whether plots answer to the pointer. */
export interface ReportOptions {
  title: string
  /** Plain text; a blank line begins a new paragraph. */
  intro?: string | undefined
  sections: ReportSection[]
  /** Light or dark. Default: that of `Plot.theme`, and without one as its reader wants pages to be. */
  theme?: Theme | undefined
  /** Whether plots say what is under the pointer, and show a part larger: scripts of 0.4 MB inside the page. Default false. */
  interactive?: boolean | undefined
}

/** A part of a report: a title, text, a table, and plots. */
export interface ReportSection {
  title: string
  /** Plain text; a blank line begins a new paragraph. */
  text?: string | undefined
  /** One object a row, such as `history.epochs`. The columns are those of all rows, in the order of their first use. */
  table?: Record<string, string | number | null>[] | undefined
  plots?: Plot[] | undefined
}

/**
 * One HTML page with texts, tables and plots, complete in itself: drawings inline, their data to download, no script unless
 * `interactive` asks for it, and no network. It prints well and fits a narrow screen. Whatever it is given is shown as text, never as HTML.
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

/**
 * What {@link report} makes.
 *
 * @example
 * const page: Report = report({ title: 'MNIST', sections: [{ title: 'Losses', plots: [learn.recorder.plot_losses()] }] })
 * await page.save('runs/report.html')
 */
export class Report {
  static readonly name: string = 'Report'
  readonly #options: ReportOptions

  constructor(options: ReportOptions) {
    checkOptions<ReportOptions>('report', options, {
      ...{ title: kind.string, intro: kind.string, sections: kind.listOf(kind.object) },
      ...{ theme: kind.choice('light', 'dark'), interactive: kind.boolean },
    })
    if (options.title === undefined || options.sections === undefined)
      throw typeError(
        'wrong-argument',
        "report needs a title and sections: report({ title: 'MNIST', sections: [{ title: 'Losses', plots }] }).",
      )
    for (const section of options.sections) checkOptions<ReportSection>('A section of report', section, sectionKinds)
    this.#options = options
  }

  /** The page, which loads nothing from elsewhere. */
  async html(): Promise<string> {
    const { title, intro, sections, theme = Plot.theme, interactive = false } = this.#options
    const parts = await Promise.all(sections.map(section => htmlSection(section, { theme, interactive })))
    const body = [`<h1>${escapeHtml(title)}</h1>`, paragraphs(intro), ...parts].filter(Boolean).join('\n')
    return htmlPage(title, body, { theme, script: interactive ? await figureScript() : '' })
  }

  /** Writes the page; makes missing folders, and replaces a file whole or not at all. */
  async save(path: string): Promise<void> {
    await writeWhole(path, await this.html())
  }
}

async function htmlSection({ title, text, table, plots = [] }: ReportSection, options: FigureOptions): Promise<string> {
  const figures = await Promise.all(plots.map(plot => htmlFigure(plot, options)))
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
