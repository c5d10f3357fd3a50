import { errorFunction, exponential, exponentialMinus1, hyperbolicTangent, logistic, logOf1PlusExponential } from './exponential'
import { atMost, madd, put, putPair, relu as reluOf, take, zero } from './simd'

/**
 * Activations and what they are made of, of n adjacent numbers. NaN stays NaN. `activation-gradient.ts` has their gradients.
 *
 * These loops test at their end: V8 then makes their constants once. It would make them anew for every four numbers in a loop that
 * tests first, which takes twice as long.
 */

export const SELU_SCALE: f32 = 1.0507009873554805
export const SELU_SLOPE: f32 = 1.7580993408473768

/** out = max(x, 0) */
export function relu(x: usize, out: usize, n: i32): void {
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const at = 4 * <usize>i
    putPair(out + at, reluOf(v128.load(x + at)), reluOf(v128.load(x + at, 16)))
  }
  for (; i < n; i += 4) put(out, i, n, reluOf(take(x, i, n)))
}

/** out = x, at least 0 and at most 6 */
export function relu6(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, atMost(reluOf(take(x, i, n)), 6))
    i += 4
  } while (i < n)
}

function leakyReluOf(x: v128, alpha: f32): v128 {
  return v128.bitselect(f32x4.mul(x, f32x4.splat(alpha)), x, f32x4.lt(x, zero()))
}

/** out = x where x >= 0, else alpha x */
export function leakyRelu(x: usize, out: usize, n: i32, alpha: f32): void {
  let i = 0
  do {
    put(out, i, n, leakyReluOf(take(x, i, n), alpha))
    i += 4
  } while (i < n)
}

function seluOf(x: v128): v128 {
  return madd(reluOf(x), f32x4.splat(SELU_SCALE), f32x4.mul(exponentialMinus1(atMost(x, 0)), f32x4.splat(SELU_SLOPE)))
}

/** out = SELU_SCALE x where x >= 0, else SELU_SLOPE (e^x - 1) */
export function selu(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, seluOf(take(x, i, n)))
    i += 4
  } while (i < n)
}

/** out = ln(1 + e^x) */
export function softplus(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, logOf1PlusExponential(take(x, i, n)))
    i += 4
  } while (i < n)
}

/** out = e^x */
export function exp(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, exponential(take(x, i, n)))
    i += 4
  } while (i < n)
}

/** out = tanh(x) */
export function tanh(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, hyperbolicTangent(take(x, i, n)))
    i += 4
  } while (i < n)
}

/** out = erf(x) */
export function erf(x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    put(out, i, n, errorFunction(take(x, i, n)))
    i += 4
  } while (i < n)
}

/** slope + cube x^2, where an x of infinity does not turn a cube of 0 into NaN. */
export function steepness(x: v128, slope: f32, cube: f32): v128 {
  return madd(atMost(f32x4.mul(x, x), 1e30), f32x4.splat(cube), f32x4.splat(slope))
}

/** out = x / (1 + e^-(slope x + cube x^3)): swish (SiLU), and GELU where its tanh stands in for the normal distribution. */
export function sigmoidWeighted(x: usize, out: usize, n: i32, slope: f32, cube: f32): void {
  let i = 0
  do {
    const v = take(x, i, n)
    put(out, i, n, f32x4.mul(v, logistic(f32x4.mul(v, steepness(v, slope, cube)))))
    i += 4
  } while (i < n)
}
