/** A range of learning rates over the layer groups, as `slice` makes it. */
export interface RateSlice {
  readonly start: number | undefined
  readonly stop: number
}

/** One rate, one per layer group, or a {@link slice} over the groups. */
export type LearningRate = number | readonly number[] | RateSlice

/**
 * Learning rates over the layer groups: `slice(a, b)` spaces them geometrically from the first group to the last,
 * `slice(b)` gives b to the last group and b / 10 to the others. With one group the rate is b. Source: fastai.
 *
 * @example
 * await learn.fit_one_cycle(3, slice(1e-4, 1e-2))
 */
export function slice(first: number, last?: number): RateSlice {
  return last === undefined ? { start: undefined, stop: first } : { start: first, stop: last }
}

/**
 * The rates that a {@link LearningRate} stands for, one per layer group.
 *
 * @throws RangeError for a rate that is not a positive, finite number, or a list of the wrong length.
 */
export function layerRates(lr: LearningRate, groups: number): number[] {
  const rates = spread(lr, groups)
  for (const rate of rates) {
    if (!(rate > 0 && Number.isFinite(rate)))
      throw new RangeError(`The learning rate must be a positive, finite number, but is ${rate}.`)
  }
  if (rates.length !== groups) {
    throw new RangeError(
      `Got ${rates.length} learning rates for ${groups} layer ${groups === 1 ? 'group' : 'groups'}: give one, or one per group.`,
    )
  }
  return rates
}

function spread(lr: LearningRate, groups: number): number[] {
  if (typeof lr === 'number') return Array<number>(groups).fill(lr)
  if (!('stop' in lr)) return [...lr]
  const { start, stop } = lr
  if (start === undefined) return [...Array<number>(groups - 1).fill(stop / 10), stop]
  if (groups === 1) return [stop]
  return Array.from({ length: groups }, (_, i) => start * (stop / start) ** (i / (groups - 1)))
}
