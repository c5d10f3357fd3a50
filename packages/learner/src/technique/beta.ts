import type { Random } from '@onecycle/platform'

/** A number in [0, 1] of the symmetric beta distribution: the share of one of two equal gamma distributed numbers. */
export function drawBeta(random: Random, alpha: number): number {
  return 1 / (1 + Math.exp(logGamma(random, alpha) - logGamma(random, alpha)))
}

/**
 * The logarithm of a gamma distributed number: for a small alpha the number itself is too small to be one.
 *
 * Source: Marsaglia and Tsang 2000, for alpha + 1, taken back to alpha by a uniform number to the power of 1 / alpha.
 */
function logGamma(random: Random, alpha: number): number {
  const d = alpha + 1 - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - random.uniform()) < x ** 2 / 2 + d * (1 - v + Math.log(v)))
      return Math.log(d * v) + Math.log(1 - random.uniform()) / alpha
  }
}
