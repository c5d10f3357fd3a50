import { averaged, type Counts, type Tallies } from '../metric/tallies.js'

/** What a report says of a class, or of the mean over classes. */
export interface ReportRow {
  readonly precision: number
  readonly recall: number
  readonly 'f1-score': number
  /** Samples of the class; with weights, what they count. */
  readonly support: number
}

/** Precision, recall and F1 of each class, and their means. Plain data; as a string it is a table. */
export interface ClassificationReport {
  readonly classes: Readonly<Record<string, ReportRow>>
  /** Undefined for labels that are each a yes or no. */
  readonly accuracy: number | undefined
  /** Of labels: of all decisions together. */
  readonly micro: ReportRow
  readonly macro: ReportRow
  readonly weighted: ReportRow
}

/** Figures as in scikit-learn's `classification_report` of all classes, which names them so. */
export function reportOf(tallies: Tallies, names: readonly string[]): ClassificationReport {
  const counts = tallies.all()
  const support = counts.reduce((sum, { actual }) => sum + actual, 0)
  const over = (average: 'micro' | 'macro' | 'weighted'): ReportRow => {
    const [precision, recall, f1] = [precisionOf, recallOf, f1Of].map(figure => averaged(counts, figure, average))
    return { precision: precision!, recall: recall!, 'f1-score': f1!, support }
  }
  const micro = over('micro')
  return {
    classes: Object.fromEntries(counts.map((each, i) => [names[i]!, { ...rowOf(each), support: each.actual }])),
    accuracy: tallies.form === 'labels' ? undefined : micro.precision,
    micro,
    macro: over('macro'),
    weighted: over('weighted'),
  }
}

/** The report as lines of a table, names as they are. */
export function reportTable({ classes, accuracy, micro, macro, weighted }: ClassificationReport): string {
  const rows: [string, ReportRow][] = [
    ...Object.entries(classes),
    ...(accuracy === undefined ? ([['micro avg', micro]] as [string, ReportRow][]) : []),
    ['macro avg', macro],
    ['weighted avg', weighted],
  ]
  const named = Math.max(...rows.map(([name]) => name.length))
  const line = (name: string, cells: readonly string[]) =>
    `${name.padStart(named)}  ${cells.map(cell => cell.padStart(9)).join(' ')}`
  const cellsOf = (row: ReportRow) => [
    ...[row.precision, row.recall, row['f1-score']].map(figure => figure.toFixed(2)),
    String(Math.round(row.support * 100) / 100),
  ]
  const lines = rows.map(([name, row]) => line(name, cellsOf(row)))
  const means = accuracy === undefined ? 3 : 2
  return [
    line('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...lines.slice(0, -means),
    '',
    ...(accuracy === undefined ? [] : [line('accuracy', ['', '', accuracy.toFixed(2), cellsOf(macro)[3]!])]),
    ...lines.slice(-means),
  ].join('\n')
}

const rowOf = (counts: Counts) => ({ precision: precisionOf(counts), recall: recallOf(counts), 'f1-score': f1Of(counts) })
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
const precisionOf = ({ hits, predicted }: Counts) => share(hits, predicted)
const recallOf = ({ hits, actual }: Counts) => share(hits, actual)
const f1Of = ({ hits, predicted, actual }: Counts) => share(2 * hits, predicted + actual)
