import { FACTORS, tile } from './memory'
import { madd, nmadd, putPair } from './simd'
import { A, AA, AABB, AT_A, AT_A_A, AT_B, AT_B_B, AT_ZERO, B, BB, SUM } from './winograd-factors'

/**
 * The transforms of Winograd's F(4x4, 3x3): 16 output pixels take 36 products for each pair of channels instead of 144. Source: Lavin
 * and Gray 2015 (arXiv:1509.09308). Tiles are interpolated at 0, +-3/4, +-3/2 and infinity, whose powers stay close to 1 and leave a third of
 * the rounding error of the usual 0, +-1, +-2; see Barabasz et al. 2018 (arXiv:1803.10986) on the choice.
 *
 * Each function transforms lines of eight channels: numbers of a line lie `step` bytes apart, lines `next`. Twice, down and across, makes the
 * whole. Eight channels are two vectors, left and right, for the engine of the wide build to join.
 */
export const POINTS: i32 = 36
/** Points along one side. */
export const SIDE: i32 = 6
/** Output pixels along one side of a tile. */
export const TILE: i32 = 4
/** Bytes of eight channels, and of a line of them, while a tile is being transformed. */
export const EIGHT: usize = 32
export const LINE_OF_SIX: usize = 6 * EIGHT
/** Bytes to transform a tile in: it, and what becomes of it. */
export const LINES: usize = 2 * LINE_OF_SIX * SIDE
/** Bytes of the left vector. */
const HALF: usize = 16

/** x - factor y */
function less(x: v128, factor: v128, y: v128): v128 {
  return nmadd(factor, y, x)
}

/** x + factor y */
function more(x: v128, factor: v128, y: v128): v128 {
  return madd(factor, y, x)
}

function times(factor: v128, x: v128): v128 {
  return f32x4.mul(factor, x)
}

function left(at: usize): v128 {
  return v128.load(at)
}

function right(at: usize): v128 {
  return v128.load(at, HALF)
}

/** Six of the input to six points: B^T d. */
export function inputLines(d: usize, step: usize, next: usize, out: usize, outStep: usize, outNext: usize, lines: i32): void {
  const factors = tile + FACTORS
  const a = v128.load32_splat(factors, A),
    b = v128.load32_splat(factors, B),
    aa = v128.load32_splat(factors, AA),
    bb = v128.load32_splat(factors, BB),
    aabb = v128.load32_splat(factors, AABB),
    sum = v128.load32_splat(factors, SUM)
  do {
    const d2l = left(d + 2 * step),
      d2r = right(d + 2 * step)
    const d4l = left(d + 4 * step),
      d4r = right(d + 4 * step)
    const evenAl = less(d4l, bb, d2l),
      evenAr = less(d4r, bb, d2r)
    const d1l = left(d + step),
      d1r = right(d + step)
    const d3l = left(d + 3 * step),
      d3r = right(d + 3 * step)
    const oddAl = times(a, less(d3l, bb, d1l)),
      oddAr = times(a, less(d3r, bb, d1r))
    const evenBl = less(d4l, aa, d2l),
      evenBr = less(d4r, aa, d2r)
    const oddBl = times(b, less(d3l, aa, d1l)),
      oddBr = times(b, less(d3r, aa, d1r))
    putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
    putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
    putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
    putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
    const d0l = left(d),
      d0r = right(d)
    putPair(out, more(less(d4l, sum, d2l), aabb, d0l), more(less(d4r, sum, d2r), aabb, d0r))
    const d5l = left(d + 5 * step),
      d5r = right(d + 5 * step)
    putPair(out + 5 * outStep, more(less(d5l, sum, d3l), aabb, d1l), more(less(d5r, sum, d3r), aabb, d1r))
    d += next
    out += outNext
  } while (--lines > 0)
}

/** Three of a filter to six points: G g. */
export function filterLines(g: usize, step: usize, next: usize, out: usize, outStep: usize, outNext: usize, lines: i32): void {
  const factors = tile + FACTORS
  const aa = v128.load32_splat(factors, AA),
    bb = v128.load32_splat(factors, BB),
    atZero = v128.load32_splat(factors, AT_ZERO),
    atA = v128.load32_splat(factors, AT_A),
    atB = v128.load32_splat(factors, AT_B),
    atAA = v128.load32_splat(factors, AT_A_A),
    atBB = v128.load32_splat(factors, AT_B_B)
  do {
    const g0l = left(g),
      g0r = right(g)
    const g2l = left(g + 2 * step),
      g2r = right(g + 2 * step)
    const evenAl = times(atA, more(g0l, aa, g2l)),
      evenAr = times(atA, more(g0r, aa, g2r))
    const g1l = left(g + step),
      g1r = right(g + step)
    const oddAl = times(atAA, g1l),
      oddAr = times(atAA, g1r)
    const evenBl = times(atB, more(g0l, bb, g2l)),
      evenBr = times(atB, more(g0r, bb, g2r))
    const oddBl = times(atBB, g1l),
      oddBr = times(atBB, g1r)
    putPair(out, times(atZero, g0l), times(atZero, g0r))
    putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
    putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
    putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
    putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
    putPair(out + 5 * outStep, g2l, g2r)
    g += next
    out += outNext
  } while (--lines > 0)
}

/** Six points to three of a filter's gradient: G^T m. */
export function filterGradientLines(
  m: usize,
  step: usize,
  next: usize,
  out: usize,
  outStep: usize,
  outNext: usize,
  lines: i32,
): void {
  const factors = tile + FACTORS
  const aa = v128.load32_splat(factors, AA),
    bb = v128.load32_splat(factors, BB),
    atZero = v128.load32_splat(factors, AT_ZERO),
    atA = v128.load32_splat(factors, AT_A),
    atB = v128.load32_splat(factors, AT_B),
    atAA = v128.load32_splat(factors, AT_A_A),
    atBB = v128.load32_splat(factors, AT_B_B)
  do {
    const m1l = left(m + step),
      m1r = right(m + step)
    const m2l = left(m + 2 * step),
      m2r = right(m + 2 * step)
    const evenAl = times(atA, f32x4.add(m1l, m2l)),
      evenAr = times(atA, f32x4.add(m1r, m2r))
    const oddAl = times(atAA, f32x4.sub(m1l, m2l)),
      oddAr = times(atAA, f32x4.sub(m1r, m2r))
    const m3l = left(m + 3 * step),
      m3r = right(m + 3 * step)
    const m4l = left(m + 4 * step),
      m4r = right(m + 4 * step)
    const evenBl = times(atB, f32x4.add(m3l, m4l)),
      evenBr = times(atB, f32x4.add(m3r, m4r))
    const oddBl = times(atBB, f32x4.sub(m3l, m4l)),
      oddBr = times(atBB, f32x4.sub(m3r, m4r))
    const m0l = left(m),
      m0r = right(m)
    putPair(out, more(f32x4.add(evenAl, evenBl), atZero, m0l), more(f32x4.add(evenAr, evenBr), atZero, m0r))
    putPair(out + outStep, f32x4.add(oddAl, oddBl), f32x4.add(oddAr, oddBr))
    const m5l = left(m + 5 * step),
      m5r = right(m + 5 * step)
    putPair(out + 2 * outStep, more(more(m5l, aa, evenAl), bb, evenBl), more(more(m5r, aa, evenAr), bb, evenBr))
    m += next
    out += outNext
  } while (--lines > 0)
}

/** Six points to four of the output: A^T m. */
export function outputLines(m: usize, step: usize, next: usize, out: usize, outStep: usize, outNext: usize, lines: i32): void {
  const factors = tile + FACTORS
  const a = v128.load32_splat(factors, A),
    b = v128.load32_splat(factors, B),
    aa = v128.load32_splat(factors, AA),
    bb = v128.load32_splat(factors, BB)
  do {
    const m1l = left(m + step),
      m1r = right(m + step)
    const m2l = left(m + 2 * step),
      m2r = right(m + 2 * step)
    const evenAl = f32x4.add(m1l, m2l),
      evenAr = f32x4.add(m1r, m2r)
    const oddAl = times(a, f32x4.sub(m1l, m2l)),
      oddAr = times(a, f32x4.sub(m1r, m2r))
    const m3l = left(m + 3 * step),
      m3r = right(m + 3 * step)
    const m4l = left(m + 4 * step),
      m4r = right(m + 4 * step)
    const evenBl = f32x4.add(m3l, m4l),
      evenBr = f32x4.add(m3r, m4r)
    const oddBl = times(b, f32x4.sub(m3l, m4l)),
      oddBr = times(b, f32x4.sub(m3r, m4r))
    const m0l = left(m),
      m0r = right(m)
    putPair(out, f32x4.add(m0l, f32x4.add(evenAl, evenBl)), f32x4.add(m0r, f32x4.add(evenAr, evenBr)))
    putPair(out + outStep, f32x4.add(oddAl, oddBl), f32x4.add(oddAr, oddBr))
    putPair(out + 2 * outStep, more(times(aa, evenAl), bb, evenBl), more(times(aa, evenAr), bb, evenBr))
    const m5l = left(m + 5 * step),
      m5r = right(m + 5 * step)
    putPair(out + 3 * outStep, more(more(m5l, aa, oddAl), bb, oddBl), more(more(m5r, aa, oddAr), bb, oddBr))
    m += next
    out += outNext
  } while (--lines > 0)
}

/** Four of the output's gradient to six points: A y. */
export function gradientLines(y: usize, step: usize, next: usize, out: usize, outStep: usize, outNext: usize, lines: i32): void {
  const factors = tile + FACTORS
  const a = v128.load32_splat(factors, A),
    b = v128.load32_splat(factors, B),
    aa = v128.load32_splat(factors, AA),
    bb = v128.load32_splat(factors, BB)
  do {
    const y0l = left(y),
      y0r = right(y)
    const y2l = left(y + 2 * step),
      y2r = right(y + 2 * step)
    const evenAl = more(y0l, aa, y2l),
      evenAr = more(y0r, aa, y2r)
    const y1l = left(y + step),
      y1r = right(y + step)
    const y3l = left(y + 3 * step),
      y3r = right(y + 3 * step)
    const oddAl = times(a, more(y1l, aa, y3l)),
      oddAr = times(a, more(y1r, aa, y3r))
    const evenBl = more(y0l, bb, y2l),
      evenBr = more(y0r, bb, y2r)
    const oddBl = times(b, more(y1l, bb, y3l)),
      oddBr = times(b, more(y1r, bb, y3r))
    putPair(out, y0l, y0r)
    putPair(out + outStep, f32x4.add(evenAl, oddAl), f32x4.add(evenAr, oddAr))
    putPair(out + 2 * outStep, f32x4.sub(evenAl, oddAl), f32x4.sub(evenAr, oddAr))
    putPair(out + 3 * outStep, f32x4.add(evenBl, oddBl), f32x4.add(evenBr, oddBr))
    putPair(out + 4 * outStep, f32x4.sub(evenBl, oddBl), f32x4.sub(evenBr, oddBr))
    putPair(out + 5 * outStep, y3l, y3r)
    y += next
    out += outNext
  } while (--lines > 0)
}
