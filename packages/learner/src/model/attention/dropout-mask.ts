/** Odd, and 2^32 over the golden ratio: neighbours in a row are far apart. */
const STEP = 0x9e3779b9

/** 32 well-mixed bits of 32. Source: Wellons's `lowbias32`. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/**
 * What dropout leaves: 0 for each number with the probability `rate`, else 1 / (1 - rate). The seed and its place alone decide about a number, so that
 * a kernel finds the same without ever having the mask as a whole.
 *
 * @param seed of 32 bits
 */
export function dropoutMask(size: number, rate: number, seed: number): Float32Array {
  const kept = 1 / (1 - rate)
  const bound = dropoutBound(rate)
  const mask = new Float32Array(size)
  for (let i = 0; i < size; i++) if (mix(Math.imul(i, STEP) + seed) >= bound) mask[i] = kept
  return mask
}

/** Of 32 random bits, those below are left out. */
export function dropoutBound(rate: number): number {
  return Math.floor(rate * 2 ** 32)
}
