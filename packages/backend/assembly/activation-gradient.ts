import { SELU_SCALE, SELU_SLOPE, steepness } from './activation'
import { decay, logistic } from './exponential'
import { atMost, madd, put, putPair, take, zero } from './simd'

/** Gradients of activations for n numbers: out = dy times the derivative, from the input x or the output y, whichever is shorter. */

// Names of functions: see `activation.ts`.
class Relu {}
class Relu6 {}
class LeakyRelu {}
class Elu {}
class Selu {}
class Softplus {}
class Sigmoid {}
class Tanh {}
class Erf {}
class SigmoidWeighted {}

/** The gradient at four numbers, where `saved` is x or y; p and q are the function's parameters, where it has some. */
function gradientOf<F>(dy: v128, saved: v128, p: f32, q: f32): v128 {
  if (idof<F>() === idof<Relu>()) return where0(dy, saved)
  if (idof<F>() === idof<Relu6>()) return v128.andnot(where0(dy, saved), f32x4.gt(saved, f32x4.splat(6)))
  if (idof<F>() === idof<LeakyRelu>()) return v128.bitselect(dy, f32x4.mul(dy, f32x4.splat(p)), f32x4.gt(saved, zero()))
  if (idof<F>() === idof<Elu>()) return v128.bitselect(dy, madd(dy, saved, dy), f32x4.ge(saved, zero()))
  if (idof<F>() === idof<Selu>()) {
    const falling = f32x4.mul(decay(atMost(saved, 0)), f32x4.splat(SELU_SLOPE))
    return f32x4.mul(dy, v128.bitselect(f32x4.splat(SELU_SCALE), falling, f32x4.gt(saved, zero())))
  }
  if (idof<F>() === idof<Softplus>()) return f32x4.mul(dy, logistic(saved))
  if (idof<F>() === idof<Sigmoid>()) return f32x4.mul(dy, f32x4.mul(saved, f32x4.sub(f32x4.splat(1), saved)))
  if (idof<F>() === idof<Tanh>()) return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(saved, saved)))
  // 2 / sqrt(pi)
  if (idof<F>() === idof<Erf>())
    return f32x4.mul(f32x4.mul(dy, f32x4.splat(1.12837917)), decay(f32x4.neg(f32x4.mul(saved, saved))))
  const s = logistic(f32x4.mul(saved, steepness(saved, p, q)))
  const rise = f32x4.mul(f32x4.mul(saved, f32x4.sub(f32x4.splat(1), s)), steepness(saved, p, 3 * q))
  return f32x4.mul(dy, madd(s, rise, s))
}

/** dy where y > 0, else 0; NaN where y is NaN, for all bits set is one. */
function where0(dy: v128, y: v128): v128 {
  return v128.or(v128.and(dy, f32x4.gt(y, zero())), f32x4.ne(y, y))
}

/** As in `activation.ts`. */
function inPairs<F>(dy: usize, saved: usize, out: usize, n: i32, p: f32): void {
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const at = 4 * <usize>i
    const left = gradientOf<F>(v128.load(dy + at), v128.load(saved + at), p, 0),
      right = gradientOf<F>(v128.load(dy + at, 16), v128.load(saved + at, 16), p, 0)
    putPair(out + at, left, right)
  }
  for (; i < n; i += 4) put(out, i, n, gradientOf<F>(take(dy, i, n), take(saved, i, n), p, 0))
}

function each<F>(dy: usize, saved: usize, out: usize, n: i32, p: f32, q: f32): void {
  let i = 0
  do {
    put(out, i, n, gradientOf<F>(take(dy, i, n), take(saved, i, n), p, q))
    i += 4
  } while (i < n)
}

/** out = dy where y > 0, else 0; NaN where y is NaN. */
export function reluGradient(dy: usize, y: usize, out: usize, n: i32): void {
  inPairs<Relu>(dy, y, out, n, 0)
}

/** out = dy where 0 < x <= 6, else 0; NaN where x is NaN. */
export function relu6Gradient(dy: usize, x: usize, out: usize, n: i32): void {
  inPairs<Relu6>(dy, x, out, n, 0)
}

/** out = dy where x > 0, else alpha dy */
export function leakyReluGradient(dy: usize, x: usize, out: usize, n: i32, alpha: f32): void {
  inPairs<LeakyRelu>(dy, x, out, n, alpha)
}

/** out = dy where y >= 0, else dy (y + 1) */
export function eluGradient(dy: usize, y: usize, out: usize, n: i32): void {
  inPairs<Elu>(dy, y, out, n, 0)
}

/** out = dy SELU_SCALE where x > 0, else dy SELU_SLOPE e^x */
export function seluGradient(dy: usize, x: usize, out: usize, n: i32): void {
  each<Selu>(dy, x, out, n, 0, 0)
}

/** out = dy / (1 + e^-x) */
export function softplusGradient(dy: usize, x: usize, out: usize, n: i32): void {
  each<Softplus>(dy, x, out, n, 0, 0)
}

/** out = dy y (1 - y) */
export function sigmoidGradient(dy: usize, y: usize, out: usize, n: i32): void {
  inPairs<Sigmoid>(dy, y, out, n, 0)
}

/** out = dy (1 - y^2) */
export function tanhGradient(dy: usize, y: usize, out: usize, n: i32): void {
  inPairs<Tanh>(dy, y, out, n, 0)
}

/** out = dy 2 / sqrt(pi) e^(-x^2) */
export function erfGradient(dy: usize, x: usize, out: usize, n: i32): void {
  each<Erf>(dy, x, out, n, 0, 0)
}

/** out = dy (s + x s (1 - s) (slope + 3 cube x^2)), s = 1 / (1 + e^-(slope x + cube x^3)) */
export function sigmoidWeightedGradient(dy: usize, x: usize, out: usize, n: i32, slope: f32, cube: f32): void {
  each<SigmoidWeighted>(dy, x, out, n, slope, cube)
}
