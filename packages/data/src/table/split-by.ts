import { checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Labels } from '../members-of.js'
import { randomSplit, type Split } from '../random-split.js'
import { groupSplit, markedSplit, stratifiedSplit, timeSplit } from '../split.js'
import type { Cell } from './table-column.js'

/**
 * How rows are divided into those to train on and those to validate on, where not at random: by a column that marks those to validate on,
 * by time, the latest validate, by group, none is on both sides, in equal parts of the classes of a column; or by their numbers.
 */
export type SplitBy = { column: string } | { time: string } | { group: string } | { stratify: string } | Readonly<Split>

interface SplitColumns {
  column?: string | undefined
  time?: string | undefined
  group?: string | undefined
  stratify?: string | undefined
}

/** The column that decides, if one does. */
export function columnThatSplits(split: SplitBy | undefined): string | undefined {
  if (split === undefined || Array.isArray(split)) return undefined
  checkOptions<SplitColumns>('split', split, {
    column: kind.string,
    time: kind.string,
    group: kind.string,
    stratify: kind.string,
  })
  const [name, ...more] = Object.values(split as SplitColumns).filter(each => each !== undefined)
  if (name !== undefined && more.length === 0) return name
  throw typeError('split', `split is ${show(split)}; expected one of column, time, group and stratify, and a column's name.`)
}

/** @param cells of the column that decides, one a row */
export function splitBy(split: SplitBy | undefined, n: number, cells: readonly Cell[], valid_pct: number, seed: number): Split {
  if (split === undefined) return randomSplit(n, valid_pct, seed)
  if ('column' in split) return markedSplit(marks(cells, split.column))
  if ('time' in split) return timeSplit(times(cells, split.time), valid_pct)
  if ('group' in split) return groupSplit(labels(cells), valid_pct, seed)
  if ('stratify' in split) return stratifiedSplit(labels(cells), valid_pct, seed)
  return requireSplit(split, n)
}

function marks(cells: readonly Cell[], name: string): (boolean | number)[] {
  const wrong = cells.findIndex(cell => ![true, false, 0, 1].includes(cell as boolean))
  if (wrong === -1) return cells as (boolean | number)[]
  throw rangeError(
    'split',
    `Row ${wrong}: ${name} is ${show(cells[wrong])}; expected true or 1 in rows to validate on, false or 0 in others.`,
  )
}

function times(cells: readonly Cell[], name: string): Float64Array {
  return Float64Array.from(cells, (cell, row) => {
    if (cell instanceof Date || typeof cell === 'number') return Number(cell)
    throw rangeError(
      'column-kind',
      `Row ${row}: ${name} is ${show(cell)}, which is no time: read the column with types: { ${name}: 'date' }, and leave out rows without one.`,
    )
  })
}

/** Missing ones are one of their own. */
function labels(cells: readonly Cell[]): Labels {
  return cells.map(cell => (cell instanceof Date ? cell.getTime() : (cell ?? '#na#')))
}

function requireSplit(split: Readonly<Split>, n: number): Split {
  const [train, valid] = split
  const isSide = (side: unknown): side is Int32Array =>
    side instanceof Int32Array && side.length > 0 && side.every(row => row >= 0 && row < n)
  if (split.length !== 2 || !isSide(train) || !isSide(valid))
    throw typeError(
      'split',
      `split is ${show(split)}; expected the numbers of rows to train on, and of rows to validate on, each an Int32Array of numbers below ${n}.`,
    )
  const trains = new Set(train)
  const both = valid.find(row => trains.has(row))
  if (both !== undefined)
    throw rangeError('split', `split has row ${both} on both sides: what is trained on says nothing of other rows.`)
  return [train, valid]
}
