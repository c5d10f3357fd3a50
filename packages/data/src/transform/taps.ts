/** What lies beyond the edge: zeros, the edge itself, or the picture mirrored at it. */
export type PaddingMode = 'zeros' | 'border' | 'reflection'

/** Where the value at a place beyond the edges is taken from; -1 for zeros. */
export function inside(i: number, n: number, padding: PaddingMode): number {
  if (i >= 0 && i < n) return i
  if (padding === 'zeros') return -1
  if (padding === 'border' || n === 1) return i < 0 ? 0 : n - 1
  const period = 2 * (n - 1)
  const at = ((i % period) + period) % period
  return at < n ? at : period - at
}

/** For each place along a side of what is drawn: the places along that of the source which it is made of, and their weights. */
export interface Taps {
  /** Places of each. */
  readonly count: number
  /** -1 for zeros. */
  readonly at: Int32Array
  readonly weights: Float32Array
}

/**
 * Linear interpolation where a picture grows. Where it shrinks every pixel of the source counts, by a triangle as wide as two pixels of what is drawn.
 * What is drawn of a place in the source is made of the source alone, and what lies beyond by the padding. Pillow's bilinear filter does the same.
 *
 * @param length of what is drawn
 * @param scale pixels of the source to one of what is drawn; negative where it is mirrored
 * @param n length of the source
 */
export function linearTaps(length: number, scale: number, offset: number, n: number, padding: PaddingMode): Taps {
  const support = Math.max(1, Math.abs(scale))
  const exact = Math.abs(scale) === 1 && Number.isInteger(offset)
  const count = exact ? 1 : Math.ceil(2 * support) + 1
  const at = new Int32Array(length * count)
  const weights = new Float32Array(length * count)
  for (let i = 0; i < length; i++) {
    const center = scale * (i + 0.5) + offset
    if (exact) {
      at[i] = inside(Math.floor(center), n, padding)
      weights[i] = at[i] === -1 ? 0 : 1
      if (at[i] === -1) at[i] = 0
      continue
    }
    const first = Math.floor(center - support)
    const isInside = center >= 0 && center <= n
    let sum = 0
    for (let k = 0; k < count; k++) {
      const weight = Math.max(0, 1 - Math.abs(first + k + 0.5 - center) / support)
      const place = inside(first + k, n, isInside ? 'zeros' : padding)
      at[i * count + k] = Math.max(0, place)
      weights[i * count + k] = place === -1 ? 0 : weight
      sum += isInside && place === -1 ? 0 : weight
    }
    for (let k = 0; k < count; k++) weights[i * count + k]! /= sum
  }
  return { count, at, weights }
}

/** The nearest place alone: for what must not be mixed, such as classes. */
export function nearestTaps(length: number, scale: number, offset: number, n: number, padding: PaddingMode): Int32Array {
  return Int32Array.from({ length }, (_, i) => inside(Math.floor(scale * (i + 0.5) + offset), n, padding))
}
