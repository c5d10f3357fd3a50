import type { History } from '../history.js'
import { figureNames } from './epoch-table.js'
import { formatFigure } from './figure.js'

/** A history in a line or two: how long it is, how it ended, and what it holds. Its table has been shown already. */
export function historyText(history: History): string {
  const { epochs, losses, metricNames, reason } = history
  const counted = (count: number, one: string, many: string) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`
  const last = epochs.at(-1)
  const figures = last ? figureNames(metricNames).map(name => `${name} ${formatFigure(last[name] ?? null)}`) : []
  const ended = reason && reason !== 'completed' ? `, ${reason}` : ''
  const holds = Object.entries(history).flatMap(([name, value]) => (typeof value === 'object' ? [name] : []))
  return [
    `History of ${counted(epochs.length, 'epoch', 'epochs')}, ${counted(losses.length, 'batch', 'batches')}${ended}${figures.length > 0 ? `; at the end ${figures.join(', ')}` : ''}`,
    `It holds ${holds.join(', ')}.`,
  ].join('\n')
}
