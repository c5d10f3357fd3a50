import type { TrainingState } from '@onecycle/callbacks'
import { formatNumber } from '@onecycle/plot'
import { formatFigure, formatTime } from './figure.js'

/** What there is to say about a running pass; words that are not known are empty. */
export interface Status {
  epoch: string
  pass: string
  /** Batches done, of how many. */
  count: string
  loss: string
  speed: string
  left: string
  /** Of the pass that is done, from 0 to 1. */
  share: number
}

/** Longest bar, and shortest that is worth its room. */
const longest = 40
const shortest = 5

/** What goes when a line is too narrow, first to last. */
const expendable = ['speed', 'left', 'pass', 'loss', 'bar', 'count', 'epoch'] as const

/** The status after a batch of a pass, or of a search for the learning rate, that has run for so many seconds. */
export function statusOf(learn: TrainingState, smoothLoss: number, seconds: number): Status {
  const [done, total] = learn.num_it === undefined ? [learn.iter + 1, learn.n_iter] : [learn.train_iter, learn.num_it]
  const known = Number.isFinite(total)
  return {
    epoch: learn.lr_finding ? 'lr_find' : `epoch ${learn.epoch + 1}/${learn.n_epoch}`,
    pass: learn.training ? 'train' : 'valid',
    count: known ? `${String(done).padStart(String(total).length)}/${total}` : String(done),
    share: known ? done / total : 0,
    loss: Number.isNaN(smoothLoss) ? '' : `loss ${formatFigure(smoothLoss)}`,
    speed: `${formatNumber(done / seconds, 3).padStart(4)} it/s`,
    left: known ? `${formatTime(((total - done) * seconds) / done)} left` : '',
  }
}

/** The status in words alone. */
export function statusLine({ epoch, pass, count, loss, speed, left }: Status): string {
  return joined([epoch, pass, count.trim(), loss, speed, left])
}

/**
 * The status in a line of at most `width` characters: the bar takes the room that the words leave. Where there is none, whole words
 * go, what matters least first.
 */
export function barLine({ share, ...words }: Status, width: number): string {
  const shown = { ...words, bar: '─'.repeat(shortest) }
  const line = () => joined([shown.epoch, shown.pass, shown.bar, shown.count, shown.loss, shown.speed, shown.left])
  for (const part of expendable) if (line().length > width) shown[part] = ''
  if (shown.bar) shown.bar = bar(share, Math.min(longest, shortest + width - line().length))
  return line()
}

function bar(share: number, length: number): string {
  const filled = Math.min(length, Math.round(length * share))
  return '━'.repeat(filled) + '─'.repeat(length - filled)
}

function joined(parts: readonly string[]): string {
  return parts.filter(Boolean).join('  ')
}
