import { type Entry, entriesOf, markEntriesOf, type Panel } from '../chart.js'
import { shortNames } from '../names.js'
import { seriesLook } from '../palette.js'
import type { Pen } from './pen.js'

/** Characters that stand for dots, where colours do not tell them apart. */
const glyphs = '●■▲◆○□△◇▼▽★☆+×'

/** What fills bars, where colours do not tell them apart. */
export const fills = '█▒░▓'

/** Characters of the marks, in their order. */
const markGlyphs = '◆▲■▼★'

/** The colour of that index, for a terminal; 'faint' is dim. */
export const terminalColor = (index: number): string => seriesLook(index, 'terminal').color

/** Colours by their numbers, and 'faint'. */
export const painter =
  (pen: Pen) =>
  (text: string, color: string | undefined): string =>
    color === undefined ? text : color === 'faint' ? pen.dim(text) : pen.hex(color)(text)

/** What stands for the series of that name. */
export interface Symbol {
  /** For its dots. */
  readonly glyph: string
  /** Whether the glyph stands along its line, too, which would look as another one's does. */
  readonly onLine: boolean
}

/** Colours that come again, or do not show at all, are not enough: what would look alike then has characters of its own. */
export function symbolsOf(panel: Panel, { isColored }: Pick<Pen, 'isColored'>): Map<string, Symbol> {
  const entries = entriesOf(panel)
  const alike = (one: Entry, other: Entry) =>
    one.line === other.line &&
    one.dots === other.dots &&
    one.faint === other.faint &&
    (!isColored || terminalColor(one.color) === terminalColor(other.color))
  const symbols = entries.map((entry, i): [string, Symbol] => {
    const before = entries.slice(0, i).filter(other => alike(entry, other)).length
    const several = before > 0 || (!isColored && entries.some(other => other !== entry && alike(entry, other)))
    return [entry.name, { glyph: glyphs[before % glyphs.length]!, onLine: several && entry.line }]
  })
  return new Map(symbols)
}

export function markGlyph(index: number, { isColored }: Pick<Pen, 'isColored'>): string {
  return isColored ? markGlyphs[0]! : markGlyphs[index % markGlyphs.length]!
}

/** A line or more that names the series, where there are several, and every mark. */
export function legend(panel: Panel, width: number, indent: string, pen: Pen): string[] {
  const symbols = symbolsOf(panel, pen)
  const named = entriesOf(panel)
  const paint = painter(pen)
  const entries = (named.length > 1 ? named : []).map(({ name, color, line, solid, dots, faint }, i) => {
    const { glyph, onLine } = symbols.get(name)!
    const stroke = faint && !pen.isColored ? '·' : solid ? '━' : '╌'
    const fill = pen.isColored ? '■' : fills[i % fills.length]!
    const symbol = panel.drawn ? fill : !line ? glyph : faint || !(onLine || dots) ? stroke : stroke + glyph + stroke
    return { symbol, name, color: faint ? 'faint' : terminalColor(color) }
  })
  markEntriesOf(panel).forEach(({ name, color }, i) => {
    if (!entries.some(entry => entry.name === name))
      entries.push({ symbol: markGlyph(i, pen), name, color: terminalColor(color) })
  })
  const widest = Math.max(0, ...entries.map(({ symbol }) => symbol.length))
  const labels = shortNames(
    entries.map(({ name }) => name),
    Math.max(6, width - indent.length - widest - 4),
  )

  const lines: string[] = []
  let line = indent
  let used = indent.length
  const flush = () => lines.push(line + ' '.repeat(Math.max(0, width - used)))
  entries.forEach(({ symbol, color }, i) => {
    const text = labels[i]!
    const length = symbol.length + text.length + 4
    if (used > indent.length && used + length > width) {
      flush()
      line = indent
      used = indent.length
    }
    line += ` ${paint(symbol, color)} ${text}  `
    used += length
  })
  if (entries.length) flush()
  return lines
}
