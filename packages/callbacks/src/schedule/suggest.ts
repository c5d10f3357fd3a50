import { checkNumber, show, typeError } from '@onecycle/platform'

/** A learning rate read off a finder's curve, and the index of the point that it was read at. */
export interface Suggestion {
  lr: number
  index: number
}

/** Reads a rate off a trimmed curve of smoothed losses; null when there are too few points to say anything. */
export type Suggest = (lrs: readonly number[], losses: readonly number[]) => Suggestion | null

/** Whether there are so many points; all of them are asked for here. */
function hasPoints(lrs: unknown, losses: unknown, least: number): boolean {
  if (!areNumbers(lrs) || !areNumbers(losses))
    throw typeError(
      'wrong-argument',
      `A suggestion is read off a list of rates and a list of losses, but got ${show(lrs)} and ${show(losses)}.`,
    )
  return (losses as readonly number[]).length >= least
}

/** NaN among them: a loss may have been none. */
const areNumbers = (values: unknown) => Array.isArray(values) && values.every(value => typeof value === 'number')

const single = (values: readonly number[]) => Array.from(values, Math.fround)

/**
 * Half way down the longest valley: the longest decreasing subsequence of losses, a third and a sixth of its
 * length from its start. Source: fastai 2's `valley`, its default.
 *
 * @example
 * const { lrs, losses } = await learn.lr_find()
 * console.log(valley(lrs, losses)?.lr)
 */
export const valley: Suggest = (lrs, losses) => {
  if (!hasPoints(lrs, losses, 1)) return null
  const lengths = decreasingLengths(single(losses))
  const end = lengths.reduce((best, length, i) => (length > lengths[best]! ? i : best), 0)
  const start = end === 0 ? 0 : end - lengths[end]!
  const section = (end - start) / 3
  return at(lrs, Math.max(0, start + Math.floor(section) + Math.floor(section / 2)))
}

/**
 * For each value the length of the longest decreasing subsequence that ends with it; a NaN is a subsequence by itself.
 * Source: patience sorting; Fredman 1975.
 */
function decreasingLengths(values: readonly number[]): number[] {
  // The greatest value that a subsequence of length i + 1 has ended with: decreasing, so it can be searched by halves.
  const ends: number[] = []
  return values.map(value => {
    if (Number.isNaN(value)) return 1
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! > value) low = middle + 1
      else high = middle
    }
    ends[low] = value
    return low + 1
  })
}

/**
 * Slides an interval of 15 points from the right until the slopes at its two ends agree within 0.005: the left end.
 * Null below 16 points. Source: fastai 2's `slide`.
 *
 * @example
 * const { lrs, losses } = await learn.lr_find()
 * console.log(slide(lrs, losses)?.lr)
 */
export const slide: Suggest = (lrs, losses) => {
  if (!hasPoints(lrs, losses, 16)) return null
  const slopes = gradient(single(losses), Math.fround)
  let right = losses.length - 1
  let left = right - 15
  let index = left
  while (left >= 0 && Math.fround(Math.abs(Math.fround(slopes[right]! - slopes[left]!))) > 0.005) {
    index = left
    right--
    left--
  }
  return at(lrs, index)
}

/**
 * A tenth of the rate with the lowest loss. Source: fastai 2's `minimum`.
 *
 * @example
 * const { lrs, losses } = await learn.lr_find()
 * console.log(minimum(lrs, losses)?.lr)
 */
export const minimum: Suggest = (lrs, losses) => {
  if (!hasPoints(lrs, losses, 1)) return null
  const index = argmin(single(losses))
  return { lr: lrs[index]! / 10, index }
}

/**
 * The rate at which the loss falls fastest per factor of the rate. Source: fastai 2's `steep`.
 *
 * @example
 * const { lrs, losses } = await learn.lr_find()
 * console.log(steep(lrs, losses)?.lr)
 */
export const steep: Suggest = (lrs, losses) => {
  if (!hasPoints(lrs, losses, 2)) return null
  const loss = single(losses)
  const log = lrs.map(lr => Math.fround(Math.log(Math.fround(lr))))
  const slopes = loss.slice(1).map((next, i) => Math.fround(Math.fround(next - loss[i]!) / Math.fround(log[i + 1]! - log[i]!)))
  return at(lrs, argmin(slopes))
}

/**
 * The rate at which the loss falls fastest per batch; a NaN counts as the steepest. Source: fastai 1's `plot(suggestion=True)`.
 *
 * @example
 * const { lrs, losses } = await learn.lr_find()
 * console.log(steepest_gradient(lrs, losses)?.lr)
 */
export const steepest_gradient: Suggest = (lrs, losses) => (!hasPoints(lrs, losses, 2) ? null : at(lrs, argmin(gradient(losses))))

/** All suggestions by name. */
export const suggestFunctions = { valley, slide, minimum, steep, steepest_gradient } satisfies Record<string, Suggest>

/** The name of one of the suggestions. */
export type SuggestName = keyof typeof suggestFunctions

/**
 * The part of a finder's curve that fastai 2's suggestions look at: without the first tenth of `num_it` and the last five points,
 * up to the first NaN. Indices of suggestions count from `offset`.
 */
export function trim_curve(
  lrs: readonly number[],
  losses: readonly number[],
  num_it: number,
): { lrs: number[]; losses: number[]; offset: number } {
  hasPoints(lrs, losses, 0)
  const offset = Math.floor(checkNumber('num_it', num_it, { min: 0 }) / 10)
  const kept = losses.slice(offset, -5)
  const nan = kept.findIndex(Number.isNaN)
  const count = nan < 0 ? kept.length : nan
  return { lrs: lrs.slice(offset, offset + count), losses: kept.slice(0, count), offset }
}

const at = (lrs: readonly number[], index: number): Suggestion => ({ lr: lrs[index]!, index })

/** Index of the first NaN, or else of the first smallest value. */
function argmin(values: readonly number[]): number {
  let least = 0
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) return i
    if (value < values[least]!) least = i
  }
  return least
}

/** Central differences, one-sided at both ends; unit spacing. */
function gradient(values: readonly number[], round = (x: number) => x): number[] {
  const last = values.length - 1
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - 1), Math.min(last, i + 1)]
    return round(round(values[to]! - values[from]!) / (to - from))
  })
}
