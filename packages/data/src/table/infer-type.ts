import { parseBoolean, parseDate, parseNumber } from './parse-cell.js'

type Kind = 'number' | 'text' | 'boolean' | 'date'

/**
 * The narrowest type that all texts can be read as: boolean, number, date (ISO 8601) or text. Nothing but missing cells is a number.
 */
export function typeOfTexts(texts: Iterable<string | null>): Kind {
  const kindOf = (text: string): Kind => {
    if (parseBoolean(text) !== undefined) return 'boolean'
    if (parseNumber(text) !== undefined) return 'number'
    return parseDate(text) === undefined ? 'text' : 'date'
  }
  return common(texts, kindOf) ?? 'number'
}

/**
 * The type of values: that of all of them, or text where they differ; undefined where all are missing. A text is a text, whatever it
 * writes.
 *
 * @param refuse what becomes of an object that is no Date
 */
export function typeOfValues(values: Iterable<unknown>, refuse: (value: object) => never): Kind | undefined {
  return common(values, value => {
    if (typeof value === 'boolean') return 'boolean'
    if (typeof value === 'number' || typeof value === 'bigint') return 'number'
    if (typeof value === 'object') return value instanceof Date ? 'date' : refuse(value as object)
    return 'text'
  })
}

/** The type of several parts, of which some may have none. */
export function commonType(types: readonly (Kind | undefined)[]): Kind {
  const known = new Set(types.filter(type => type !== undefined))
  return known.size > 1 ? 'text' : ([...known][0] ?? 'number')
}

function common<Value>(values: Iterable<Value | null | undefined>, kindOf: (value: Value) => Kind): Kind | undefined {
  let kind: Kind | undefined
  for (const value of values) {
    if (value === null || value === undefined || Number.isNaN(value)) continue
    const own = kindOf(value)
    if (own !== kind) {
      if (kind !== undefined) return 'text'
      kind = own
    }
  }
  return kind
}
