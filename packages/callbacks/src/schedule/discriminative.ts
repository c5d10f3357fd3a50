import { checkCount, checkNumber, rangeError, show, typeError } from '@onecycle/platform'

/** Rates for layer groups from first to last: made by {@link slice}. */
export interface Slice {
  /** Absent in `slice(b)`. */
  readonly start?: number
  readonly stop: number
}

/** What a learning rate may be given as: one for all groups, a slice, or a list with one per group. */
export type Rates = number | readonly number[] | Slice

/**
 * fastai's way to give layer groups their own rates: `slice(a, b)` runs geometrically from `a` for the first group to `b` for
 * the last; `slice(b)` gives the last group `b` and all others a tenth of it.
 *
 * @example
 * await learn.fit_one_cycle(2, slice(1e-5, 1e-3))
 */
export function slice(stop: number): Slice
export function slice(start: number, stop: number): Slice
export function slice(...ends: [number] | [number, number]): Slice {
  return ends.length === 1 ? { stop: ends[0] } : { start: ends[0], stop: ends[1] }
}

/**
 * One rate per layer group. Source: fastai 1's `lr_range`; for a single group `slice(a, b)` is `b`, as in fastai 2 (fastai 1 divides by 0).
 * @throws RangeError when a rate is not positive, or a list has another length than there are groups; TypeError for what is neither.
 *
 * @example
 * group_rates(slice(1e-5, 1e-3), 3)   // [1e-5, 1e-4, 1e-3]
 */
export function group_rates(rates: Rates, groups: number): number[] {
  checkCount('groups', groups)
  if (typeof rates !== 'object' || rates === null) return Array<number>(groups).fill(checkNumber('lr', rates, { above: 0 }))
  if ('stop' in rates) return sliceRates(rates, groups)
  if (!('length' in rates))
    throw typeError(
      'group-rates',
      `lr must be a number, a list with one per layer group, or slice(a, b), but it is ${show(rates)}.`,
    )
  if (rates.length !== groups)
    throw rangeError(
      'group-rates',
      `The learning rates ${show([...rates])} must be one per layer group, and there are ${groups} groups.`,
    )
  return rates.map((lr, i) => checkNumber(`lr[${i}]`, lr, { above: 0 }))
}

/** The rates of layer groups as shares of the last one's; all 1 where that is 0. */
export function sharesOf(rates: readonly number[]): number[] {
  const last = rates.at(-1)!
  return rates.map(rate => (last > 0 ? rate / last : 1))
}

function sliceRates(rates: Slice, groups: number): number[] {
  const { start, stop } = rates
  checkNumber("slice's stop", stop, { above: 0 })
  if (!('start' in rates)) return [...Array<number>(groups - 1).fill(stop / 10), stop]
  const first = checkNumber("slice's start", start, { above: 0 })
  if (groups === 1) return [stop]
  const factor = (stop / first) ** (1 / (groups - 1))
  return Array.from({ length: groups }, (_, i) => (i === groups - 1 ? stop : first * factor ** i))
}
