/** What a column can be read as: a kind, or how its dates are written, such as `DD.MM.YYYY` or `MM/DD/YY HH:mm`. */
export type ColumnType = 'number' | 'text' | 'boolean' | 'date' | (string & {})

/** The number that a text writes, decimal; undefined where it writes none. */
export function parseNumber(text: string): number | undefined {
  const number = +text
  if (Number.isNaN(number))
    return /^\s*[-+]?inf\s*$/i.test(text) ? (text.includes('-') ? -1 : 1) * Number.POSITIVE_INFINITY : undefined
  if (number === 0 && text.trim() === '') return undefined
  // Numbers of another base, 0x10 as well as 0b1, have a letter there.
  return text.charCodeAt(1) > 64 && /^0[xob]/i.test(text) ? undefined : number
}

export function parseBoolean(text: string): boolean | undefined {
  if (text === 'true' || text === 'True' || text === 'TRUE') return true
  return text === 'false' || text === 'False' || text === 'FALSE' ? false : undefined
}

const iso = /^\s*(\d{4})([-/])(\d\d?)\2(\d\d?)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[-+]\d\d(?::?\d\d)?)?\s*$/

/** The time in milliseconds that an ISO 8601 text writes, in UTC where it names no zone; undefined where it writes none. */
export function parseDate(text: string): number | undefined {
  const [all, year, , month, day, hour, minute, second, fraction, zone] = iso.exec(text) ?? []
  if (all === undefined || (zone && !hour)) return undefined
  const time = utc(+year!, +month!, +day!, +(hour ?? 0), +(minute ?? 0), +(second ?? 0))
  return time === undefined ? undefined : time + Math.trunc(+`0.${fraction ?? 0}` * 1000) - offsetOf(zone)
}

/** As {@link parseDate}, of texts written in a pattern. YY is a year from 1970 to 2069. */
export function datesLike(pattern: string): (text: string) => number | undefined {
  const parts: string[] = []
  const source = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/YYYY|YY|MM|DD|HH|mm|ss/g, part => {
    parts.push(part)
    return part === 'YYYY' ? '(\\d{4})' : part === 'YY' ? '(\\d\\d)' : '(\\d\\d?)'
  })
  const form = new RegExp(`^\\s*${source}\\s*$`)
  return text => {
    const found = form.exec(text)
    if (!found) return undefined
    const of = (part: string, otherwise: number) => (parts.includes(part) ? +found[parts.indexOf(part) + 1]! : otherwise)
    const short = of('YY', 70)
    const year = of('YYYY', short < 70 ? 2000 + short : 1900 + short)
    return utc(year, of('MM', 1), of('DD', 1), of('HH', 0), of('mm', 0), of('ss', 0))
  }
}

/** Undefined for what is no day or no time, such as February 30. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isDay && hour < 24 && minute < 60 && second < 60 ? date.setUTCHours(hour, minute, second) : undefined
}

function offsetOf(zone: string | undefined): number {
  if (!zone || zone === 'Z') return 0
  const minutes = +zone.slice(1, 3) * 60 + +(zone.slice(3).replace(':', '') || 0)
  return (zone[0] === '-' ? -1 : 1) * minutes * 60_000
}
