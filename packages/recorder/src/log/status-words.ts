import { formatNumber } from '@onecycle/plot/internal'
import { formatBytes, formatRate, formatShort, formatTime } from './figure.js'
import type { Status } from './status.js'

/** Longest bar, and shortest that is worth its room. */
const longest = 40
const shortest = 5

/** What a line says, in its order. */
const order = ['epoch', 'pass', 'bar', 'count', 'loss', 'lr', 'samples', 'speed', 'left', 'fit', 'tensors', 'memory'] as const

/** What goes when a line is too narrow, first to last. */
const expendable = [
  'memory',
  'speed',
  'fit',
  'tensors',
  'pass',
  'samples',
  'lr',
  'left',
  'loss',
  'bar',
  'count',
  'epoch',
] as const

type Words = Record<(typeof order)[number], string>

/** Of equal length from batch to batch, as far as that can be. */
export function wordsOf(status: Status): Words {
  const { batch, batches, loss, lr, memory, secondsLeft, fitSecondsLeft } = status
  const of = (value: number | undefined, word: (value: number) => string) => (value === undefined ? '' : word(value))
  return {
    epoch: status.lr_finding ? 'lr_find' : `epoch ${status.epoch + 1}/${status.n_epoch}`,
    pass: status.training ? 'train' : 'valid',
    bar: '',
    count: batches === undefined ? String(batch) : `${String(batch).padStart(String(batches).length)}/${batches}`,
    loss: of(loss, loss => `loss ${formatShort(loss).padEnd(6)}`),
    lr: of(lr, lr => `lr ${formatNumber(lr, 2).padEnd(6)}`),
    samples: `${formatRate(status.samplesPerSecond).padStart(4)} samples/s`,
    speed: `${formatRate(status.batchesPerSecond).padStart(4)} it/s`,
    left: of(secondsLeft, seconds => `${formatTime(seconds)} left`),
    fit: of(fitSecondsLeft, seconds => `fit ${formatTime(seconds)} left`),
    tensors: of(memory?.tensors, bytes => `tensors ${formatBytes(bytes)}`),
    memory: [
      of(memory?.wasm, bytes => `wasm ${formatBytes(bytes)}`),
      of(memory?.process, bytes => `process ${formatBytes(bytes)}`),
    ]
      .filter(Boolean)
      .join('  '),
  }
}

/** Which pass it is: 'epoch 1/2, train'. */
export function placeName(status: Status): string {
  const { epoch, pass } = wordsOf(status)
  return `${epoch}, ${pass}`
}

/** How much of the pass is done, from 0 to 1; 0 where nobody knows. */
export function shareOf({ batch, batches }: Status): number {
  return batches === undefined ? 0 : batch / batches
}

/** The status in words alone. */
export function statusLine(status: Status): string {
  const words = wordsOf(status)
  return joined(order.map(name => words[name].trim()))
}

/**
 * The status in a line of at most `width` characters: the bar takes the room that the words leave. Where there is none, whole words
 * go, what matters least first.
 */
export function barLine(status: Status, width: number): string {
  const shown = { ...wordsOf(status), bar: '─'.repeat(shortest) }
  const line = () => joined(order.map(name => shown[name]))
  for (const part of expendable) if (line().length > width) shown[part] = ''
  if (shown.bar) shown.bar = bar(shareOf(status), Math.min(longest, shortest + width - line().length))
  return line()
}

/** A bar of so many characters. */
export function bar(share: number, length: number): string {
  const filled = Math.min(length, Math.round(length * share))
  return '━'.repeat(filled) + '─'.repeat(length - filled)
}

function joined(parts: readonly string[]): string {
  return parts.filter(Boolean).join('  ').trimEnd()
}
