import { SELU_SCALE, SELU_SLOPE, steepness } from './activation'
import { decay, logistic } from './exponential'
import { atMost, madd, put, putPair, take, zero } from './simd'

/** Gradients of activations for n numbers: out = dy times the derivative, from the input x or the output y, whichever is shorter. */

function reluGradientOf(dy: v128, y: v128): v128 {
  const passed = v128.and(dy, f32x4.gt(y, zero()))
  // All bits set is a NaN.
  return v128.or(passed, f32x4.ne(y, y))
}

/** out = dy where y > 0, else 0; NaN where y is NaN. */
export function reluGradient(dy: usize, y: usize, out: usize, n: i32): void {
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const at = 4 * <usize>i
    const left = reluGradientOf(v128.load(dy + at), v128.load(y + at)),
      right = reluGradientOf(v128.load(dy + at, 16), v128.load(y + at, 16))
    putPair(out + at, left, right)
  }
  for (; i < n; i += 4) put(out, i, n, reluGradientOf(take(dy, i, n), take(y, i, n)))
}

function relu6GradientOf(dy: v128, x: v128): v128 {
  return v128.andnot(reluGradientOf(dy, x), f32x4.gt(x, f32x4.splat(6)))
}

/** out = dy where 0 < x <= 6, else 0; NaN where x is NaN. */
export function relu6Gradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, relu6GradientOf(take(dy, i, n), take(x, i, n)))
    i += 4
  } while (i < n)
}

function leakyReluGradientOf(dy: v128, x: v128, alpha: f32): v128 {
  return v128.bitselect(dy, f32x4.mul(dy, f32x4.splat(alpha)), f32x4.gt(x, zero()))
}

/** out = dy where x > 0, else alpha dy */
export function leakyReluGradient(dy: usize, x: usize, out: usize, n: i32, alpha: f32): void {
  let i = 0
  do {
    put(out, i, n, leakyReluGradientOf(take(dy, i, n), take(x, i, n), alpha))
    i += 4
  } while (i < n)
}

function eluGradientOf(dy: v128, y: v128): v128 {
  return v128.bitselect(dy, madd(dy, y, dy), f32x4.ge(y, zero()))
}

/** out = dy where y >= 0, else dy (y + 1) */
export function eluGradient(dy: usize, y: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, eluGradientOf(take(dy, i, n), take(y, i, n)))
    i += 4
  } while (i < n)
}

function seluGradientOf(dy: v128, x: v128): v128 {
  const falling = f32x4.mul(decay(atMost(x, 0)), f32x4.splat(SELU_SLOPE))
  return f32x4.mul(dy, v128.bitselect(f32x4.splat(SELU_SCALE), falling, f32x4.gt(x, zero())))
}

/** out = dy SELU_SCALE where x > 0, else dy SELU_SLOPE e^x */
export function seluGradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, seluGradientOf(take(dy, i, n), take(x, i, n)))
    i += 4
  } while (i < n)
}

/** out = dy / (1 + e^-x) */
export function softplusGradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, f32x4.mul(take(dy, i, n), logistic(take(x, i, n))))
    i += 4
  } while (i < n)
}

function sigmoidGradientOf(dy: v128, y: v128): v128 {
  return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)))
}

/** out = dy y (1 - y) */
export function sigmoidGradient(dy: usize, y: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, sigmoidGradientOf(take(dy, i, n), take(y, i, n)))
    i += 4
  } while (i < n)
}

function tanhGradientOf(dy: v128, y: v128): v128 {
  return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)))
}

/** out = dy (1 - y^2) */
export function tanhGradient(dy: usize, y: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, tanhGradientOf(take(dy, i, n), take(y, i, n)))
    i += 4
  } while (i < n)
}

function erfGradientOf(dy: v128, x: v128): v128 {
  // 2 / sqrt(pi)
  return f32x4.mul(f32x4.mul(dy, f32x4.splat(1.12837917)), decay(f32x4.neg(f32x4.mul(x, x))))
}

/** out = dy 2 / sqrt(pi) e^(-x^2) */
export function erfGradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, erfGradientOf(take(dy, i, n), take(x, i, n)))
    i += 4
  } while (i < n)
}

function sigmoidWeightedGradientOf(dy: v128, x: v128, slope: f32, cube: f32): v128 {
  const one = f32x4.splat(1)
  const s = logistic(f32x4.mul(x, steepness(x, slope, cube)))
  const rise = f32x4.mul(f32x4.mul(x, f32x4.sub(one, s)), steepness(x, slope, 3 * cube))
  return f32x4.mul(dy, madd(s, rise, s))
}

/** out = dy (s + x s (1 - s) (slope + 3 cube x^2)), s = 1 / (1 + e^-(slope x + cube x^3)) */
export function sigmoidWeightedGradient(dy: usize, x: usize, out: usize, n: i32, slope: f32, cube: f32): void {
  let i = 0
  do {
    put(out, i, n, sigmoidWeightedGradientOf(take(dy, i, n), take(x, i, n), slope, cube))
    i += 4
  } while (i < n)
}
