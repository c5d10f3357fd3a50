import { rangeError, show } from '@onecycle/platform'

/** A row of each window: the first of its inputs, among rows that are in the order of series and time. */
export interface Windows {
  /** Rows of a table in this order. */
  readonly rows: Int32Array
  /** Of windows that train, places in `rows`. */
  readonly train: Int32Array
  readonly valid: Int32Array
  /** The first time that is not trained on. */
  readonly until: number
  /** The median of what lies between rows of a series. */
  readonly step: number
}

export interface WindowOptions {
  /** Rows that a window sees. */
  readonly lookback: number
  /** Rows after them that are predicted. */
  readonly horizon: number
  /** Rows from the beginning of a window to that of the next. */
  readonly stride: number
  /** What is done where the time between two rows is another one: refused, or another series begins. */
  readonly gaps: 'refuse' | 'split'
  /** Part of the times that validates, the latest. */
  readonly valid_pct: number
}

/**
 * Windows over rows in the order of time, within one series each. What a window that trains predicts lies before all that one predicts which
 * validates; a window whose targets lie on both sides is left out.
 *
 * @param series number of the series of each row
 * @throws RangeError for times that are missing or there twice, gaps, and series that are too short
 */
export function windowsOf(times: ArrayLike<number>, series: Int32Array, options: WindowOptions): Windows {
  const { lookback, horizon, stride, gaps, valid_pct } = options
  const missing = Array.prototype.findIndex.call(times, (time: number) => Number.isNaN(time))
  if (missing >= 0)
    throw rangeError('missing-value', `Row ${missing} has no time: a row without one has no place in a series. Leave it out.`)
  const rows = Int32Array.from({ length: times.length }, (_, i) => i).sort(
    (a, b) => series[a]! - series[b]! || times[a]! - times[b]! || a - b,
  )
  const step = usualStep(times, series, rows)
  const segments = segmentsOf(times, series, rows, step, gaps)
  const until = splitTime(times, valid_pct)
  const [train, valid]: [number[], number[]] = [[], []]
  for (const [from, to] of segments)
    for (let first = from; first + lookback + horizon <= to; first += stride) {
      const [begin, end] = [times[rows[first + lookback]!]!, times[rows[first + lookback + horizon - 1]!]!]
      if (end < until) train.push(first)
      else if (begin >= until) valid.push(first)
    }
  const longest = Math.max(...segments.map(([from, to]) => to - from))
  for (const [name, windows] of Object.entries({ 'to train on': train, 'to validate on': valid }))
    if (windows.length === 0)
      throw rangeError(
        'series-too-short',
        `There are no windows ${name}: each has lookback ${lookback} and horizon ${horizon} rows, and the longest series has ${longest} without a gap, ` +
          `of whose times the last ${show(valid_pct)} validate. Use a shorter lookback, or more rows.`,
      )
  return { rows, train: Int32Array.from(train), valid: Int32Array.from(valid), until, step }
}

/** Rows of one series without a gap, from one place up to another. */
function segmentsOf(
  times: ArrayLike<number>,
  series: Int32Array,
  rows: Int32Array,
  step: number,
  gaps: 'refuse' | 'split',
): [number, number][] {
  const segments: [number, number][] = []
  let from = 0
  for (let i = 1; i <= rows.length; i++) {
    const [before, here] = [rows[i - 1]!, rows[i]]
    const ends = here === undefined || series[here] !== series[before]
    if (!ends) {
      const between = times[here]! - times[before]!
      if (between === 0)
        throw rangeError(
          'same-time',
          `Rows ${before} and ${here} have the same time. Name the column that tells series apart: series: 'station'.`,
        )
      if (isStep(between, step)) continue
      if (gaps === 'refuse')
        throw rangeError(
          'gap-in-series',
          `Between rows ${before} and ${here} there is a gap: their times differ by ${between}, and others by ${step}. Fill in what is missing, or ` +
            "let another series begin there: gaps: 'split'.",
        )
    }
    segments.push([from, i])
    from = i
  }
  return segments
}

/** The median of what lies between rows; 0 where no series has two. */
function usualStep(times: ArrayLike<number>, series: Int32Array, rows: Int32Array): number {
  const steps: number[] = []
  for (let i = 1; i < rows.length; i++)
    if (series[rows[i]!] === series[rows[i - 1]!]) steps.push(times[rows[i]!]! - times[rows[i - 1]!]!)
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
}

/** Whether it is the step: months and years are of several lengths, and an hour is lost in spring. */
export function isStep(between: number, step: number): boolean {
  return between <= step * 1.15 && between >= step * 0.85
}

function splitTime(times: ArrayLike<number>, valid_pct: number): number {
  const all = [...new Set(Array.from(times))].sort((a, b) => a - b)
  return all[Math.min(all.length - 1, Math.ceil(all.length * (1 - valid_pct)))]!
}
