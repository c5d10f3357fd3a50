import { noColor } from '@onecycle/platform'
import { Chalk, supportsColor } from 'chalk'
import type { Pen } from '../render/pen.js'

/** Whether standard output shows colours. chalk does not know NO_COLOR. */
export function showsColors(): boolean {
  return supportsColor !== false && !noColor()
}

/** A pen that colours, or writes as it is given. */
export function penOf(color: boolean): Pen {
  const chalk = new Chalk({ level: color ? (supportsColor ? supportsColor.level : 3) : 0 })
  return { isColored: color, bold: chalk.bold, dim: chalk.dim, hex: hex => chalk.hex(hex), bgHex: hex => chalk.bgHex(hex) }
}
