import { type Axis, shows } from './chart.js'
import { formatNumber } from './render/number.js'
import type { Place } from './thin.js'

/** Round values that divide [low, high] into at most about `count` steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, count: number, integer = false): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const raw = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const nice = [1, 2, 5, 10].map(m => m * power).find(step => step >= raw * 0.999999)!
  const step = integer ? Math.max(1, Math.round(nice)) : nice
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** Powers of ten in [low, high], and where there are fewer than three also their 2 and 5 fold. Both ends are positive. */
export function logTicks(low: number, high: number, count: number): number[] {
  const inside = (multiples: number[]) => {
    const ticks: number[] = []
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
      for (const m of multiples) ticks.push(Number(`${m}e${e}`))
    return ticks.filter(t => t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9))
  }
  const powers = inside([1])
  const ticks = powers.length < 3 ? inside([1, 2, 5]) : powers
  const every = Math.ceil(ticks.length / Math.max(1, count))
  return ticks.filter((_, i) => i % every === 0)
}

/** Where an axis begins and ends, and its round values. */
export interface AxisScale {
  domain: [number, number]
  /** Ascending, within the domain. */
  ticks: number[]
}

/**
 * The scale of an axis from the smallest to the largest value, at about `count` ticks. `round` moves the ends of a linear axis out to ticks;
 * values that are all but equal get room on both sides.
 */
export function axisScale(axis: Axis, [low, high]: [number, number], count: number, round: boolean): AxisScale {
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (high - low <= 1e-9 * Math.max(size, 1e-290)) {
    const room = axis.integer || size < 1e-290 ? 1 : size * 0.05
    ;[low, high] = axis.log ? [low / 2, high * 2] : [low - room, high + room]
  }
  // A count that begins with 1 begins at 0.
  if (axis.integer && !axis.log && !axis.window && low > 0 && low <= 0.03 * high) low = 0
  if (axis.log) return { domain: [low, high], ticks: logTicks(low, high, count) }
  let ticks = linearTicks(low, high, count, axis.integer)
  for (let more = count * 2; ticks.length < 3 && more < 50; more *= 2) ticks = linearTicks(low, high, more, axis.integer)
  if (round && ticks.length > 1) {
    const step = ticks[1]! - ticks[0]!
    const first = Math.floor(low / step + 1e-9)
    const last = Math.ceil(high / step - 1e-9)
    ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
    ;[low, high] = [ticks[0]!, ticks[ticks.length - 1]!]
  }
  return { domain: [low, high], ticks }
}

const inEnglish = new Intl.NumberFormat('en')

/** Labels of one axis: all with as many decimals as its step needs, or each as short as it goes on a logarithmic one. */
export function tickLabels(ticks: readonly number[], axis: Axis): string[] {
  const sizes = ticks.map(Math.abs)
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)]
  if (axis.log || high >= 1e6 || (high < 1e-3 && low < high)) return ticks.map(tick => formatNumber(tick, 12))
  if (axis.integer) return ticks.map(tick => inEnglish.format(tick))
  const decimals = Math.max(...ticks.map(tick => (String(tick).split('.')[1] ?? '').length))
  return ticks.map(tick => tick.toFixed(decimals))
}

/** Where a value lies between the ends of the axis. */
export function placer(axis: Axis, [low, high]: readonly [number, number]): Place {
  const along = axis.log ? Math.log : (value: number) => value
  const [begin, span] = [along(low), along(high) - along(low)]
  return value => (shows(axis, value) ? (along(value) - begin) / span : Number.NaN)
}
