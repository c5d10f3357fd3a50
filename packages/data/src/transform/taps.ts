/** What lies beyond the edge: zeros, the edge itself, or the picture mirrored at it. */
export type PaddingMode = 'zeros' | 'border' | 'reflection'

/** Where the value at a place beyond the edges is taken from; -1 for zeros. */
export function inside(i: number, n: number, padding: PaddingMode): number {
  if (i >= 0 && i < n) return i
  if (padding === 'zeros') return -1
  return padding === 'border' || n === 1 ? (i < 0 ? 0 : n - 1) : mirrored(i, n)
}

/** Mirrored at the middles of the first and the last pixel. */
function mirrored(at: number, n: number): number {
  const period = 2 * (n - 1)
  const place = ((at % period) + period) % period
  return place <= n - 1 ? place : period - place
}

/** For each place along a side of what is drawn: the places along that of the source which it is made of, and their weights. */
export interface Taps {
  /** Places of each. */
  readonly count: number
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
    const place = scale * (i + 0.5) + offset
    const isBeyond = place < 0 || place > n
    if (isBeyond && padding === 'zeros') continue
    const center = !isBeyond
      ? place
      : padding === 'border' || n === 1
        ? Math.min(n - 0.5, Math.max(0.5, place))
        : mirrored(place - 0.5, n) + 0.5
    if (exact) {
      at[i] = Math.floor(center)
      weights[i] = 1
      continue
    }
    const first = Math.floor(center - support)
    let sum = 0
    for (let k = 0; k < count; k++) {
      const of = first + k
      if (of < 0 || of >= n) continue
      const weight = Math.max(0, 1 - Math.abs(of + 0.5 - center) / support)
      at[i * count + k] = of
      weights[i * count + k] = weight
      sum += weight
    }
    for (let k = 0; k < count; k++) weights[i * count + k]! /= sum
  }
  return { count, at, weights }
}

/** The nearest place alone: for what must not be mixed, such as classes. */
export function nearestTaps(length: number, scale: number, offset: number, n: number, padding: PaddingMode): Int32Array {
  return Int32Array.from({ length }, (_, i) => inside(Math.floor(scale * (i + 0.5) + offset), n, padding))
}
