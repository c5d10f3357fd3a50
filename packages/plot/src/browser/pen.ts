import { partsOf } from '../palette.js'
import type { Pen } from '../render/pen.js'

/** A console shows none by itself. */
export function showsColors(): boolean {
  return false
}

/** A pen that colours with the codes of terminals, which some consoles know, or writes as it is given. */
export function penOf(color: boolean): Pen {
  const around = (begin: string, end: number) => (text: string) => (color && text ? `\x1b[${begin}m${text}\x1b[${end}m` : text)
  const tint = (ground: number, hex: string) => around(`${ground + 38};2;${partsOf(hex).join(';')}`, ground + 39)
  return { isColored: color, bold: around('1', 22), dim: around('2', 22), hex: hex => tint(0, hex), bgHex: hex => tint(10, hex) }
}
