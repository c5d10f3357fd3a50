import { boundOf, keysOf, maskRow, queriesOf, seedOf, seenUpTo } from './attention-geometry'
import { decay } from './exponential'
import { truths, zero } from './simd'

/** The weights of one query, from its scores: a row of numbers, of which those up to the next multiple of four are written. */

/** How many keys a query of a head looks at, those that are masked among them; 0 where it may look at none. */
export function ownKeys(g: usize, mask: usize, head: i32, query: i32): i32 {
  const own = seenUpTo(g, query)
  const visible = maskRow(g, mask, head, query)
  if (!visible) return own
  for (let j = 0; j < own; j++) if (load<u8>(visible + <usize>j)) return own
  return 0
}

/** Scales the scores, and makes -infinity of those that are masked and of what fills the last vector; returns the largest. */
export function scaleScores(row: usize, own: i32, visible: usize, scale: f32): f32 {
  const never = f32x4.splat(-Infinity)
  const places = i32x4(0, 1, 2, 3)
  let most = never
  for (let j = 0; j < own; j += 4, row += 16) {
    let shown: v128 = i32x4.lt_s(i32x4.add(i32x4.splat(j), places), i32x4.splat(own))
    if (visible) shown = v128.and(shown, truths(visible + <usize>j))
    const score = v128.bitselect(f32x4.mul(v128.load(row), f32x4.splat(scale)), never, shown)
    v128.store(row, score)
    // Of NaN the present largest is kept; the sum will say it.
    most = f32x4.pmax(most, score)
  }
  const left = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1))
  return max(left, max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)))
}

/** row = e^(row - most); returns the sum. */
export function exponentials(row: usize, own: i32, most: f32): v128 {
  let sum = zero()
  let j = 0
  do {
    const e = decay(f32x4.sub(v128.load(row), f32x4.splat(most)))
    v128.store(row, e)
    sum = f32x4.add(sum, e)
    row += 16
    j += 4
  } while (j < own)
  return sum
}

/** Zeros from number `from` up to `to`, both in whole vectors. */
export function clear(row: usize, from: i32, to: i32): void {
  for (let j = (from + 3) & ~3; j < to; j += 4) v128.store(row + 4 * <usize>j, zero())
}

/** The number of a query's first weight, by which dropout tells all of them. */
export function firstWeight(g: usize, head: i32, query: i32): i32 {
  return (head * queriesOf(g) + query) * keysOf(g)
}

/** All bits of each of four weights from number `first` on that dropout keeps: those of `dropoutMask`. Source: Wellons's `lowbias32`. */
export function keptOf(g: usize, first: i32): v128 {
  const places = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3))
  let x: v128 = i32x4.add(i32x4.mul(places, i32x4.splat(0x9e3779b9)), i32x4.splat(seedOf(g)))
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(0x7feb352d))
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b))
  return i32x4.ge_u(v128.xor(x, i32x4.shr_u(x, 16)), i32x4.splat(boundOf(g)))
}
