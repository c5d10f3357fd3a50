import type { EpochRow } from '../history.js'
import { tableHeader, tableRow } from '../log/epoch-table.js'
import type { Status } from '../log/status.js'
import { bar, shareOf, wordsOf } from '../log/status-words.js'

/** What a screen shows of a fit. */
export interface Shown {
  readonly title: string
  readonly status: Status | undefined
  readonly paused: boolean
  readonly rows: readonly EpochRow[]
  readonly metricNames: readonly string[]
  /** What was said, the newest last. */
  readonly log: readonly string[]
  /** What keys do now, in many words or in few, or why none are heard. */
  readonly keys: readonly string[]
  /** Lines of the curves, at most so many; none where there is no room, or nothing to see. */
  curves(width: number, height: number): readonly string[]
}

/** Fewest lines in which curves can be read, with a blank one before them. */
const lowest = 12

const bold = (text: string) => `\x1b[1m${text}\x1b[22m`
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`

/** The lines of a screen, each of at most `columns` characters: what fits best into so many rows. */
export function screenOf(shown: Shown, columns: number, rows: number): string[] {
  const width = columns - 1
  const { title, status, paused, log, keys } = shown
  const top = [
    bold(cut(title, width)),
    ...(status ? statusLines(status, paused, width) : ['', paused ? 'PAUSED' : 'The first batch is under way.']),
  ]
  const footer = dim(cut(keys.find(text => text.length <= width) ?? keys.at(-1)!, width))
  const room = Math.max(0, rows - top.length - 1)
  const parts = partsOf(room, { table: tableLines(shown, width), log: log.flatMap(line => wrapped(line, width)) })
  const curves = parts.curves >= lowest ? shown.curves(width, parts.curves - 1).slice(0, parts.curves - 1) : []
  const body = [
    ...(curves.length > 0 ? ['', ...curves] : []),
    ...(parts.table.length > 0 ? ['', ...parts.table] : []),
    ...(parts.log.length > 0 ? ['', ...parts.log.map(dim)] : []),
  ].slice(0, room)
  return [...top, ...body, ...Array<string>(room - body.length).fill(''), footer].slice(0, rows)
}

/** Of so many rows: some of the table and of what was said, a blank one before each, and the rest for curves. */
function partsOf(room: number, { table, log }: { table: Table; log: readonly string[] }) {
  const share = room - lowest >= 5 ? room - lowest : room
  const said = log.slice(-(share >= 12 ? 4 : share >= 8 ? 2 : 1))
  const forLog = said.length > 0 ? said.length + 1 : 0
  const rows = table.last(Math.min(share - forLog - 1, 9 * table.height))
  return { table: rows, log: said, curves: room - forLog - (rows.length > 0 ? rows.length + 1 : 0) }
}

interface Table {
  /** Lines of an epoch. */
  readonly height: number
  /** Heading and the last epochs, in at most so many lines. */
  last(lines: number): string[]
}

function tableLines({ rows, metricNames }: Shown, width: number): Table {
  const heading = tableHeader(metricNames, width).split('\n')
  const height = heading.length
  return {
    height,
    last(lines) {
      const count = Math.min(rows.length, Math.floor(lines / height) - 1)
      if (count < 1) return []
      return [...heading.map(dim), ...rows.slice(-count).flatMap(row => tableRow(row, metricNames, width).split('\n'))]
    },
  }
}

function statusLines(status: Status, paused: boolean, width: number): string[] {
  const { epoch, pass, count, loss, lr, samples, speed, left, fit, tensors, memory } = wordsOf(status)
  const place = `${epoch}  ${paused ? 'PAUSED' : status.lr_finding ? '' : pass}`.trimEnd()
  const words = [[count.trim(), left, fit], [count.trim(), left], [count.trim()]].map(each => each.filter(Boolean).join('  '))
  const said = words.find(each => width - place.length - each.length - 4 >= 5) ?? words.at(-1)!
  const length = width - place.length - said.length - 4
  const first = length >= 5 ? `${place}  ${bar(shareOf(status), length)}  ${said}` : cut(`${place}  ${said}`, width)
  const figures = [loss, lr, samples, speed].map(word => word.trim()).filter(Boolean)
  const memories = [tensors, ...memory.split('  ')].filter(Boolean)
  return [first, ...fill(figures, width), ...fill(memories.length > 0 ? ['memory', ...memories] : [], width)]
}

/** Words in as few lines as there can be. */
function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 3 + word.length <= width) lines[lines.length - 1] = `${line}   ${word}`
    else lines.push(cut(word, width))
  }
  return lines
}

function wrapped(text: string, width: number): string[] {
  return text.match(new RegExp(`.{1,${Math.max(1, width)}}`, 'gu')) ?? []
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text
}
