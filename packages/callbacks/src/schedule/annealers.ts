import { checkNumber, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import { position, type Schedule } from './schedule.js'

/** Half a cosine from `start` to `end`, exact at both. */
export function cosine(start: number, end: number, q: number): number {
  return q === 0 ? start : end + ((start - end) / 2) * (Math.cos(Math.PI * q) + 1)
}

/** The straight line from `start` to `end`, exact at both. */
export function linear(start: number, end: number, q: number): number {
  return q === 1 ? end : start + q * (end - start)
}

const ends = (name: string, start: number, end: number) => {
  checkNumber(`${name}'s start`, start)
  checkNumber(`${name}'s end`, end)
}

/**
 * Linear from `start` to `end`. Source: fastai 2.
 *
 * @example
 * SchedLin(0, 1)(25, 100)   // 0.25, at the 25th of 100 batches
 */
export function SchedLin(start: number, end: number): Schedule {
  ends('SchedLin', start, end)
  return (step, steps) => linear(start, end, position(step, steps))
}

/**
 * Half a cosine from `start` to `end`: slow, fast, slow. Source: fastai 2.
 *
 * @example
 * SchedCos(1, 0)(50, 100)   // 0.5, half way
 */
export function SchedCos(start: number, end: number): Schedule {
  ends('SchedCos', start, end)
  return (step, steps) => cosine(start, end, position(step, steps))
}

/**
 * Constant at `start`; `end` is there so that all annealers are called alike. Source: fastai 2.
 *
 * @example
 * SchedNo(1e-3)(50, 100)   // 0.001
 */
export function SchedNo(start: number, end = start): Schedule {
  ends('SchedNo', start, end)
  return SchedLin(start, start)
}

/**
 * Exponential from `start` to `end`: equal factors per batch. Source: fastai 2.
 * @throws RangeError when the two have different signs or one is 0, between which no exponential runs.
 * @example
 * SchedExp(1e-4, 1e-2)(50, 100)   // 0.001: a factor of 10 for each half
 */
export function SchedExp(start: number, end: number): Schedule {
  ends('SchedExp', start, end)
  if (!(end / start > 0 && end / start < Infinity))
    throw rangeError(
      'number-range',
      `SchedExp runs between two numbers of one sign, neither 0, but they are ${start} and ${end}.`,
    )
  return (step, steps) => start * (end / start) ** position(step, steps)
}

/**
 * Polynomial `start + (end - start) * position ** power`. Source: fastai 2.
 *
 * @example
 * SchedPoly(0, 1, 2)(50, 100)   // 0.25
 */
export function SchedPoly(start: number, end: number, power: number): Schedule {
  ends('SchedPoly', start, end)
  checkNumber("SchedPoly's power", power, { above: 0 })
  return (step, steps) => start + (end - start) * position(step, steps) ** power
}

/**
 * fastai 1's (and 0.7's) polynomial: `end + (start - end) * (1 - position) ** degree`, steep first where `SchedPoly` is
 * steep last.
 *
 * @example
 * annealing_poly(1, 0, 2)(50, 100)   // 0.25
 */
export function annealing_poly(start: number, end: number, degree: number): Schedule {
  ends('annealing_poly', start, end)
  checkNumber("annealing_poly's degree", degree, { above: 0 })
  return (step, steps) => end + (start - end) * (1 - position(step, steps)) ** degree
}

/** Rounding of a sum of shares in single precision; far less than one batch of a run of a million. */
const rounding = 2 ** -22

/**
 * Runs schedules one after another: schedule i for the share `pcts[i]` of the run. Inside its share each sees its own
 * position in [0, 1].
 *
 * Source: fastai 2, whose boundaries and positions are single precision; ours are too, so that the values agree.
 * fastai 2 can start a piece one batch late when its boundary rounds up; here a batch on a boundary opens the piece.
 * @throws RangeError when the shares do not sum to 1, one is negative, or their number is not that of the schedules.
 *
 * @example
 * const lr = combine_scheds([0.3, 0.7], [SchedLin(1e-3, 1e-2), SchedCos(1e-2, 1e-5)])
 */
export function combine_scheds(pcts: readonly number[], scheds: readonly Schedule[]): Schedule {
  if (!kind.list.fits(pcts) || !kind.listOf(kind.function).fits(scheds))
    throw typeError(
      'wrong-argument',
      `combine_scheds takes a list of shares and a list of schedules, but got ${show(pcts)} and ${show(scheds)}.`,
    )
  if (!pcts.length || pcts.length !== scheds.length)
    throw rangeError(
      'schedule-shares',
      `combine_scheds takes one share per schedule, but got ${pcts.length} shares and ${scheds.length} schedules.`,
    )
  for (const [i, pct] of pcts.entries()) checkNumber(`combine_scheds: pcts[${i}]`, pct, { min: 0 })
  const sum = pcts.reduce((a, b) => a + b, 0)
  if (Math.abs(sum - 1) > 1e-9)
    throw rangeError('schedule-shares', `combine_scheds: the shares ${show([...pcts])} must sum to 1, but their sum is ${sum}.`)

  const limits = [0]
  for (const pct of pcts) limits.push(Math.fround(limits.at(-1)! + Math.fround(pct)))
  const last = limits.indexOf(limits.at(-1)!) - 1
  return (step, steps) => {
    const at = position(step, steps)
    let piece = 0
    while (piece < last && limits[piece + 1]! <= at + rounding) piece++
    const width = Math.fround(limits[piece + 1]! - limits[piece]!)
    const q = Math.fround(Math.fround(Math.fround(at) - limits[piece]!) / width)
    return scheds[piece]!(Math.min(1, Math.max(0, q)), 1)
  }
}

/**
 * Cosine from `start` to `middle` over the share `pct`, then cosine to `end`. Source: fastai 2's `combined_cos`.
 *
 * @example
 * const lr = combined_cos(0.25, 1e-3, 1e-2, 1e-5)
 * lr(25, 100)   // 0.01, a quarter of the way
 */
export function combined_cos(pct: number, start: number, middle: number, end: number): Schedule {
  checkNumber('combined_cos: pct', pct, { min: 0, max: 1 })
  return combine_scheds([pct, 1 - pct], [SchedCos(start, middle), SchedCos(middle, end)])
}

keepNames({ SchedLin, SchedCos, SchedNo, SchedExp, SchedPoly, annealing_poly, combine_scheds, combined_cos })
