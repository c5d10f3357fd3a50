import { madd, putPair } from './simd'

/**
 * The transforms of Winograd's F(4x4, 3x3): 16 output pixels take 36 products for each pair of channels instead of 144. Source: Lavin
 * and Gray 2015 (arXiv:1509.09308). Tiles are interpolated at 0, +-3/4, +-3/2 and infinity, whose powers stay close to 1 and leave a third of
 * the rounding error of the usual 0, +-1, +-2; see Barabasz et al. 2018 (arXiv:1803.10986) on the choice.
 *
 * Each function transforms one line of eight channels, `step` bytes apart; twice, down and across, makes the whole. Eight are two vectors,
 * left and right: a pair of stores with nothing in between is what the wide build's engine makes one of.
 */
export const POINTS: i32 = 36
/** Points along one side. */
export const SIDE: i32 = 6
/** Output pixels along one side of a tile. */
export const TILE: i32 = 4
/** Bytes of eight channels, and of a line of them, while a tile is being transformed. */
export const EIGHT: usize = 32
export const LINE_OF_SIX: usize = 6 * EIGHT
/** Bytes of the left vector. */
const HALF: usize = 16

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

function left(at: usize): v128 {
  return v128.load(at)
}

function right(at: usize): v128 {
  return v128.load(at, HALF)
}

/** Six of the input to six points: B^T d. */
export function inputLine(d: usize, step: usize, out: usize, outStep: usize): void {
  const d2l = left(d + 2 * step),
    d2r = right(d + 2 * step)
  const d4l = left(d + 4 * step),
    d4r = right(d + 4 * step)
  const evenAl = less(d4l, BB, d2l),
    evenAr = less(d4r, BB, d2r)
  const d1l = left(d + step),
    d1r = right(d + step)
  const d3l = left(d + 3 * step),
    d3r = right(d + 3 * step)
  const oddAl = times(A, less(d3l, BB, d1l)),
    oddAr = times(A, less(d3r, BB, d1r))
  const evenBl = less(d4l, AA, d2l),
    evenBr = less(d4r, AA, d2r)
  const oddBl = times(B, less(d3l, AA, d1l)),
    oddBr = times(B, less(d3r, AA, d1r))
  putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
  putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
  putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
  putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
  const d0l = left(d),
    d0r = right(d)
  putPair(out, more(less(d4l, SUM, d2l), AABB, d0l), more(less(d4r, SUM, d2r), AABB, d0r))
  const d5l = left(d + 5 * step),
    d5r = right(d + 5 * step)
  putPair(out + 5 * outStep, more(less(d5l, SUM, d3l), AABB, d1l), more(less(d5r, SUM, d3r), AABB, d1r))
}

/** Three of a filter to six points: G g. */
export function filterLine(g: usize, step: usize, out: usize, outStep: usize): void {
  const g0l = left(g),
    g0r = right(g)
  const g2l = left(g + 2 * step),
    g2r = right(g + 2 * step)
  const evenAl = times(AT_A, more(g0l, AA, g2l)),
    evenAr = times(AT_A, more(g0r, AA, g2r))
  const g1l = left(g + step),
    g1r = right(g + step)
  const oddAl = times(AT_A * A, g1l),
    oddAr = times(AT_A * A, g1r)
  const evenBl = times(AT_B, more(g0l, BB, g2l)),
    evenBr = times(AT_B, more(g0r, BB, g2r))
  const oddBl = times(AT_B * B, g1l),
    oddBr = times(AT_B * B, g1r)
  putPair(out, times(AT_ZERO, g0l), times(AT_ZERO, g0r))
  putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
  putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
  putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
  putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
  putPair(out + 5 * outStep, g2l, g2r)
}

/** Six points to three of a filter's gradient: G^T m. */
export function filterGradientLine(m: usize, step: usize, out: usize, outStep: usize): void {
  const m1l = left(m + step),
    m1r = right(m + step)
  const m2l = left(m + 2 * step),
    m2r = right(m + 2 * step)
  const evenAl = times(AT_A, f32x4.add(m1l, m2l)),
    evenAr = times(AT_A, f32x4.add(m1r, m2r))
  const oddAl = times(AT_A * A, f32x4.sub(m1l, m2l)),
    oddAr = times(AT_A * A, f32x4.sub(m1r, m2r))
  const m3l = left(m + 3 * step),
    m3r = right(m + 3 * step)
  const m4l = left(m + 4 * step),
    m4r = right(m + 4 * step)
  const evenBl = times(AT_B, f32x4.add(m3l, m4l)),
    evenBr = times(AT_B, f32x4.add(m3r, m4r))
  const oddBl = times(AT_B * B, f32x4.sub(m3l, m4l)),
    oddBr = times(AT_B * B, f32x4.sub(m3r, m4r))
  const m0l = left(m),
    m0r = right(m)
  putPair(out, more(f32x4.add(evenAl, evenBl), AT_ZERO, m0l), more(f32x4.add(evenAr, evenBr), AT_ZERO, m0r))
  putPair(out + outStep, f32x4.add(oddAl, oddBl), f32x4.add(oddAr, oddBr))
  const m5l = left(m + 5 * step),
    m5r = right(m + 5 * step)
  putPair(out + 2 * outStep, more(more(m5l, AA, evenAl), BB, evenBl), more(more(m5r, AA, evenAr), BB, evenBr))
}

/** Six points to four of the output: A^T m. */
export function outputLine(m: usize, step: usize, out: usize, outStep: usize): void {
  const m1l = left(m + step),
    m1r = right(m + step)
  const m2l = left(m + 2 * step),
    m2r = right(m + 2 * step)
  const evenAl = f32x4.add(m1l, m2l),
    evenAr = f32x4.add(m1r, m2r)
  const oddAl = times(A, f32x4.sub(m1l, m2l)),
    oddAr = times(A, f32x4.sub(m1r, m2r))
  const m3l = left(m + 3 * step),
    m3r = right(m + 3 * step)
  const m4l = left(m + 4 * step),
    m4r = right(m + 4 * step)
  const evenBl = f32x4.add(m3l, m4l),
    evenBr = f32x4.add(m3r, m4r)
  const oddBl = times(B, f32x4.sub(m3l, m4l)),
    oddBr = times(B, f32x4.sub(m3r, m4r))
  const m0l = left(m),
    m0r = right(m)
  putPair(out, f32x4.add(m0l, f32x4.add(evenAl, evenBl)), f32x4.add(m0r, f32x4.add(evenAr, evenBr)))
  putPair(out + outStep, f32x4.add(oddAl, oddBl), f32x4.add(oddAr, oddBr))
  putPair(out + 2 * outStep, more(times(AA, evenAl), BB, evenBl), more(times(AA, evenAr), BB, evenBr))
  const m5l = left(m + 5 * step),
    m5r = right(m + 5 * step)
  putPair(out + 3 * outStep, more(more(m5l, AA, oddAl), BB, oddBl), more(more(m5r, AA, oddAr), BB, oddBr))
}

/** Four of the output's gradient to six points: A y. */
export function gradientLine(y: usize, step: usize, out: usize, outStep: usize): void {
  const y0l = left(y),
    y0r = right(y)
  const y2l = left(y + 2 * step),
    y2r = right(y + 2 * step)
  const evenAl = more(y0l, AA, y2l),
    evenAr = more(y0r, AA, y2r)
  const y1l = left(y + step),
    y1r = right(y + step)
  const y3l = left(y + 3 * step),
    y3r = right(y + 3 * step)
  const oddAl = times(A, more(y1l, AA, y3l)),
    oddAr = times(A, more(y1r, AA, y3r))
  const evenBl = more(y0l, BB, y2l),
    evenBr = more(y0r, BB, y2r)
  const oddBl = times(B, more(y1l, BB, y3l)),
    oddBr = times(B, more(y1r, BB, y3r))
  putPair(out, y0l, y0r)
  putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
  putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
  putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
  putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
  putPair(out + 5 * outStep, y3l, y3r)
}
