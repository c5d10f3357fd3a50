import { checkCount, Random, rangeError, show } from '@onecycle/platform'

/** Indices of the samples to train on, and of those to validate on. */
export type Split = [train: Int32Array, valid: Int32Array]

/**
 * Divides the indices 0 to n - 1 at random into those to train on and those to validate on, floor(n * valid_pct) of them.
 *
 * @throws RangeError when valid_pct is not above 0 and below 1, or so small that it leaves nothing to validate on.
 *
 * @example
 * const [train, valid] = randomSplit(150, 0.2, 42) // 120 and 30 indices
 */
export function randomSplit(n: number, valid_pct: number, seed = 0): Split {
  const count = validCount(n, valid_pct)
  const order = new Random(seed).fork('split').permutation(n)
  return [order.subarray(count), order.subarray(0, count)]
}

/** floor(n * valid_pct). Throws as {@link randomSplit}. */
export function validCount(n: number, valid_pct: number): number {
  checkCount('n', n, 1)
  if (!(typeof valid_pct === 'number' && valid_pct > 0 && valid_pct < 1)) {
    throw rangeError('number-range', `valid_pct is ${show(valid_pct)}; expected a part above 0 and below 1, such as 0.2.`)
  }
  const count = Math.floor(n * valid_pct)
  if (count === 0) {
    throw rangeError(
      'empty-split',
      `valid_pct is ${valid_pct}, which of ${n} samples is less than one; use a larger part or more data.`,
    )
  }
  return count
}
