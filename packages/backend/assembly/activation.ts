import { errorFunction, exponential, exponentialMinus1, hyperbolicTangent, logistic, logOf1PlusExponential } from './exponential'
import { atMost, madd, put, putPair, relu as reluOf, take, zero } from './simd'
import { tanhByEights } from './wide-tanh'

/** Activations and what they are made of, of n adjacent numbers. NaN stays NaN. `activation-gradient.ts` has their gradients. */

export const SELU_SCALE: f32 = 1.0507009873554805
export const SELU_SLOPE: f32 = 1.7580993408473768

// Names of functions. Types, because the compiler then makes a loop for each that does not ask which it is.
class Relu {}
class Relu6 {}
class LeakyRelu {}
class Selu {}
class Softplus {}
class Exp {}
class Tanh {}
class Sigmoid {}
class HardSigmoid {}
class Erf {}
class SigmoidWeighted {}
class SquareRoot {}
class InverseRoot {}
class Sign {}

/** The function's value at four numbers; p and q are its parameters, where it has some. */
function activated<F>(x: v128, p: f32, q: f32): v128 {
  if (idof<F>() === idof<Relu>()) return reluOf(x)
  if (idof<F>() === idof<Relu6>()) return atMost(reluOf(x), 6)
  if (idof<F>() === idof<LeakyRelu>()) return v128.bitselect(f32x4.mul(x, f32x4.splat(p)), x, f32x4.lt(x, zero()))
  if (idof<F>() === idof<Selu>())
    return madd(reluOf(x), f32x4.splat(SELU_SCALE), f32x4.mul(exponentialMinus1(atMost(x, 0)), f32x4.splat(SELU_SLOPE)))
  if (idof<F>() === idof<Softplus>()) return logOf1PlusExponential(x)
  if (idof<F>() === idof<Exp>()) return exponential(x)
  if (idof<F>() === idof<Tanh>()) return hyperbolicTangent(x)
  if (idof<F>() === idof<Sigmoid>()) return logistic(x)
  if (idof<F>() === idof<HardSigmoid>()) return atMost(reluOf(madd(x, f32x4.splat(0.2), f32x4.splat(0.5))), 1)
  if (idof<F>() === idof<Erf>()) return errorFunction(x)
  if (idof<F>() === idof<SquareRoot>()) return f32x4.sqrt(x)
  if (idof<F>() === idof<InverseRoot>()) return f32x4.div(f32x4.splat(1), f32x4.sqrt(x))
  if (idof<F>() === idof<Sign>()) {
    const one = f32x4.splat(1)
    return f32x4.sub(v128.and(f32x4.gt(x, zero()), one), v128.and(f32x4.lt(x, zero()), one))
  }
  return f32x4.mul(x, logistic(f32x4.mul(x, steepness(x, p, q))))
}

/** For functions of a few instructions, which the wide build's engine then carries out on eight numbers at a time. */
function inPairs<F>(x: usize, out: usize, n: i32, p: f32): void {
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const at = 4 * <usize>i
    putPair(out + at, activated<F>(v128.load(x + at), p, 0), activated<F>(v128.load(x + at, 16), p, 0))
  }
  for (; i < n; i += 4) put(out, i, n, activated<F>(take(x, i, n), p, 0))
}

/**
 * For long ones, which the compiler inlines only where they stand once. The loop tests at its end: V8 then makes its constants once, and
 * not anew in every turn, which takes twice as long.
 */
function each<F>(x: usize, out: usize, n: i32, p: f32, q: f32): void {
  let i = 0
  do {
    put(out, i, n, activated<F>(take(x, i, n), p, q))
    i += 4
  } while (i < n)
}

/** out = sqrt(x) */
export function squareRoot(x: usize, out: usize, n: i32): void {
  inPairs<SquareRoot>(x, out, n, 0)
}

/** out = 1 / sqrt(x) */
export function inverseRoot(x: usize, out: usize, n: i32): void {
  inPairs<InverseRoot>(x, out, n, 0)
}

/** out = 1 above 0, -1 below, else 0 */
export function sign(x: usize, out: usize, n: i32): void {
  inPairs<Sign>(x, out, n, 0)
}

/** out = max(x, 0) */
export function relu(x: usize, out: usize, n: i32): void {
  inPairs<Relu>(x, out, n, 0)
}

/** out = x, at least 0 and at most 6 */
export function relu6(x: usize, out: usize, n: i32): void {
  inPairs<Relu6>(x, out, n, 0)
}

/** out = x where x >= 0, else alpha x */
export function leakyRelu(x: usize, out: usize, n: i32, alpha: f32): void {
  inPairs<LeakyRelu>(x, out, n, alpha)
}

/** out = SELU_SCALE x where x >= 0, else SELU_SLOPE (e^x - 1) */
export function selu(x: usize, out: usize, n: i32): void {
  each<Selu>(x, out, n, 0, 0)
}

/** out = ln(1 + e^x) */
export function softplus(x: usize, out: usize, n: i32): void {
  each<Softplus>(x, out, n, 0, 0)
}

/** out = e^x */
export function exp(x: usize, out: usize, n: i32): void {
  each<Exp>(x, out, n, 0, 0)
}

/** out = tanh(x) */
export function tanh(x: usize, out: usize, n: i32): void {
  const done = WIDE && n >= 8 ? tanhByEights(x, out, n) : 0
  if (done < n) each<Tanh>(x + 4 * <usize>done, out + 4 * <usize>done, n - done, 0, 0)
}

/** out = 1 / (1 + e^-x) */
export function sigmoid(x: usize, out: usize, n: i32): void {
  each<Sigmoid>(x, out, n, 0, 0)
}

/** out = 0.2 x + 0.5, at least 0 and at most 1 */
export function hardSigmoid(x: usize, out: usize, n: i32): void {
  inPairs<HardSigmoid>(x, out, n, 0)
}

/** out = erf(x) */
export function erf(x: usize, out: usize, n: i32): void {
  each<Erf>(x, out, n, 0, 0)
}

/** slope + cube x^2, where an x of infinity does not turn a cube of 0 into NaN. */
export function steepness(x: v128, slope: f32, cube: f32): v128 {
  return madd(atMost(f32x4.mul(x, x), 1e30), f32x4.splat(cube), f32x4.splat(slope))
}

/** out = x / (1 + e^-(slope x + cube x^3)): swish (SiLU), and GELU where its tanh stands in for the normal distribution. */
export function sigmoidWeighted(x: usize, out: usize, n: i32, slope: f32, cube: f32): void {
  each<SigmoidWeighted>(x, out, n, slope, cube)
}
