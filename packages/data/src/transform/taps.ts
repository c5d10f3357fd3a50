/** What lies beyond the edge: zeros, the edge itself, or the picture mirrored at it. */
export type PaddingMode = (typeof paddingModes)[number]

/** In the order in which the loops that draw number them. */
export const paddingModes = ['zeros', 'border', 'reflection'] as const

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

/** For each place along a side of what is drawn: the places along that of the source which it is made of, one after the other, and their weights. */
export interface Taps {
  readonly starts: Int32Array
  /** How many there are; none for zeros. */
  readonly counts: Int32Array
  /** Of each place `most`, of which the first `counts` count. */
  readonly weights: Float64Array
  readonly most: number
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
  const most = Math.ceil(2 * support) + 1
  const [starts, counts, weights] = [new Int32Array(length), new Int32Array(length), new Float64Array(length * most)]
  for (let i = 0; i < length; i++) {
    const place = scale * (i + 0.5) + offset
    const isBeyond = place < 0 || place > n
    if (isBeyond && padding === 'zeros') continue
    const center = isBeyond ? beyond(place, n, padding) : place
    const begin = Math.max(0, Math.floor(center - support + 0.5))
    const end = Math.min(n, Math.ceil(center + support - 0.5))
    let sum = 0
    let count = 0
    for (let of = begin; of < end; of++) {
      const weight = 1 - Math.abs(of + 0.5 - center) / support
      if (weight <= 0) {
        if (count > 0) break
        continue
      }
      if (count === 0) starts[i] = of
      weights[i * most + count++] = weight
      sum += weight
    }
    counts[i] = count
    for (let k = 0; k < count; k++) weights[i * most + k]! /= sum
  }
  return { starts, counts, weights, most }
}

function beyond(place: number, n: number, padding: PaddingMode): number {
  return padding === 'border' || n === 1 ? Math.min(n - 0.5, Math.max(0.5, place)) : mirrored(place - 0.5, n) + 0.5
}

/** The nearest place alone: for what must not be mixed, such as classes. */
export function nearestTaps(length: number, scale: number, offset: number, n: number, padding: PaddingMode): Int32Array {
  return Int32Array.from({ length }, (_, i) => inside(Math.floor(scale * (i + 0.5) + offset), n, padding))
}
