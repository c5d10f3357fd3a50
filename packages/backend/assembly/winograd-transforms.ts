import { madd } from './simd'

/**
 * The transforms of Winograd's F(4x4, 3x3): 16 output pixels take 36 products for each pair of channels instead of 144. Source: Lavin
 * and Gray 2015 (arXiv:1509.09308). Tiles are interpolated at 0, +-3/4, +-3/2 and infinity, whose powers stay close to 1 and leave a third of
 * the rounding error of the usual 0, +-1, +-2; see Barabasz et al. 2018 (arXiv:1803.10986) on the choice.
 *
 * Each function transforms one line of vectors of four channels, `step` bytes apart; twice, down and across, makes the whole.
 */
export const POINTS: i32 = 36
/** Points along one side. */
export const SIDE: i32 = 6
/** Output pixels along one side of a tile. */
export const TILE: i32 = 4
/** Bytes of one vector of four channels, and of a line of them, while a tile is being transformed. */
export const VECTOR: usize = 16
export const LINE_OF_SIX: usize = 6 * VECTOR

const A: f32 = 0.75,
  B: f32 = 1.5
const AA: f32 = A * A,
  BB: f32 = B * B,
  AABB: f32 = AA * BB,
  SUM: f32 = AA + BB
/** The products of differences between a point and all others, inverted. */
const AT_ZERO: f32 = 1 / AABB,
  AT_A: f32 = 1 / (2 * AA * (AA - BB)),
  AT_B: f32 = 1 / (2 * BB * (BB - AA))

/** x - factor y */
function less(x: v128, factor: f32, y: v128): v128 {
  return madd(f32x4.splat(-factor), y, x)
}

/** x + factor y */
function more(x: v128, factor: f32, y: v128): v128 {
  return madd(f32x4.splat(factor), y, x)
}

function times(factor: f32, x: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), x)
}

/** Six of the input to six points: B^T d. */
export function inputLine(d: usize, step: usize, out: usize, outStep: usize): void {
  const d0 = v128.load(d),
    d1 = v128.load(d + step),
    d2 = v128.load(d + 2 * step)
  const d3 = v128.load(d + 3 * step),
    d4 = v128.load(d + 4 * step),
    d5 = v128.load(d + 5 * step)
  const evenA = less(d4, BB, d2),
    oddA = times(A, less(d3, BB, d1))
  const evenB = less(d4, AA, d2),
    oddB = times(B, less(d3, AA, d1))
  v128.store(out, more(less(d4, SUM, d2), AABB, d0))
  v128.store(out + outStep, f32x4.add(evenA, oddA))
  v128.store(out + 2 * outStep, f32x4.sub(evenA, oddA))
  v128.store(out + 3 * outStep, f32x4.add(evenB, oddB))
  v128.store(out + 4 * outStep, f32x4.sub(evenB, oddB))
  v128.store(out + 5 * outStep, more(less(d5, SUM, d3), AABB, d1))
}

/** Three of a filter to six points: G g. */
export function filterLine(g: usize, step: usize, out: usize, outStep: usize): void {
  const g0 = v128.load(g),
    g1 = v128.load(g + step),
    g2 = v128.load(g + 2 * step)
  const evenA = times(AT_A, more(g0, AA, g2)),
    oddA = times(AT_A * A, g1)
  const evenB = times(AT_B, more(g0, BB, g2)),
    oddB = times(AT_B * B, g1)
  v128.store(out, times(AT_ZERO, g0))
  v128.store(out + outStep, f32x4.add(evenA, oddA))
  v128.store(out + 2 * outStep, f32x4.sub(evenA, oddA))
  v128.store(out + 3 * outStep, f32x4.add(evenB, oddB))
  v128.store(out + 4 * outStep, f32x4.sub(evenB, oddB))
  v128.store(out + 5 * outStep, g2)
}

/** Six points to three of a filter's gradient: G^T m. */
export function filterGradientLine(m: usize, step: usize, out: usize, outStep: usize): void {
  const m1 = v128.load(m + step),
    m2 = v128.load(m + 2 * step)
  const m3 = v128.load(m + 3 * step),
    m4 = v128.load(m + 4 * step)
  const evenA = times(AT_A, f32x4.add(m1, m2)),
    oddA = times(AT_A * A, f32x4.sub(m1, m2))
  const evenB = times(AT_B, f32x4.add(m3, m4)),
    oddB = times(AT_B * B, f32x4.sub(m3, m4))
  v128.store(out, more(f32x4.add(evenA, evenB), AT_ZERO, v128.load(m)))
  v128.store(out + outStep, f32x4.add(oddA, oddB))
  v128.store(out + 2 * outStep, more(more(v128.load(m + 5 * step), AA, evenA), BB, evenB))
}

/** Six points to four of the output: A^T m. */
export function outputLine(m: usize, step: usize, out: usize, outStep: usize): void {
  const m1 = v128.load(m + step),
    m2 = v128.load(m + 2 * step)
  const m3 = v128.load(m + 3 * step),
    m4 = v128.load(m + 4 * step)
  const evenA = f32x4.add(m1, m2),
    oddA = times(A, f32x4.sub(m1, m2))
  const evenB = f32x4.add(m3, m4),
    oddB = times(B, f32x4.sub(m3, m4))
  v128.store(out, f32x4.add(v128.load(m), f32x4.add(evenA, evenB)))
  v128.store(out + outStep, f32x4.add(oddA, oddB))
  v128.store(out + 2 * outStep, more(times(AA, evenA), BB, evenB))
  v128.store(out + 3 * outStep, more(more(v128.load(m + 5 * step), AA, oddA), BB, oddB))
}

/** Four of the output's gradient to six points: A y. */
export function gradientLine(y: usize, step: usize, out: usize, outStep: usize): void {
  const y0 = v128.load(y),
    y1 = v128.load(y + step),
    y2 = v128.load(y + 2 * step),
    y3 = v128.load(y + 3 * step)
  const evenA = more(y0, AA, y2),
    oddA = times(A, more(y1, AA, y3))
  const evenB = more(y0, BB, y2),
    oddB = times(B, more(y1, BB, y3))
  v128.store(out, y0)
  v128.store(out + outStep, f32x4.add(evenA, oddA))
  v128.store(out + 2 * outStep, f32x4.sub(evenA, oddA))
  v128.store(out + 3 * outStep, f32x4.add(evenB, oddB))
  v128.store(out + 4 * outStep, f32x4.sub(evenB, oddB))
  v128.store(out + 5 * outStep, y3)
}
