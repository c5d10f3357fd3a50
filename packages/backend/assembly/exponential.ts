import { atLeast, atMost, madd, relu, zero } from './simd'

/**
 * Functions that stand on e^x, four numbers at a time, each to about 2 units in the last place; NaN stays NaN, infinities have their
 * limits. The polynomials are minimax fits (Remez's exchange) of the functions that their comments name.
 */

/** The whole number nearest to x / ln 2. */
function exponentOf(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)))
}

/** 2^n for whole n from -127 (which gives 0) to 128 (infinity): adding this number puts n, with its bias, into the lowest bits. */
function powerOf2(n: v128): v128 {
  return i32x4.shl(f32x4.add(n, f32x4.splat(12582912 + 127)), 23)
}

/** e^(x - n ln 2) - 1, for the n of `exponentOf`. ln 2 is split in two, the larger part so short that n times it is exact. */
function fractionOf(x: v128, n: v128): v128 {
  const r = madd(n, f32x4.splat(2.1219444e-4), madd(n, f32x4.splat(-0.693359375), x))
  // (e^r - 1 - r) / r^2
  let p = f32x4.splat(0.00139464636)
  p = madd(p, r, f32x4.splat(0.00836659037))
  p = madd(p, r, f32x4.splat(0.0416662805))
  p = madd(p, r, f32x4.splat(0.166665435))
  p = madd(p, r, f32x4.splat(0.5))
  return madd(f32x4.mul(r, r), p, r)
}

/** e^x. The power of two is multiplied in by halves, so that the largest and the subnormal results are right as well. */
export function exponential(x: v128): v128 {
  const inside = atMost(atLeast(x, -105), 89)
  const n = exponentOf(inside)
  const half = f32x4.nearest(f32x4.mul(n, f32x4.splat(0.5)))
  const mantissa = f32x4.add(fractionOf(inside, n), f32x4.splat(1))
  return f32x4.mul(f32x4.mul(mantissa, powerOf2(half)), powerOf2(f32x4.sub(n, half)))
}

/** e^x for x <= 0, and 0 for what would be subnormal: arithmetic with such numbers takes a processor ten times as long. */
export function decay(x: v128): v128 {
  const inside = atLeast(x, -87)
  const n = exponentOf(inside)
  const power = powerOf2(n)
  return v128.andnot(madd(fractionOf(inside, n), power, power), f32x4.lt(x, inside))
}

/** e^x - 1 for x <= 0, to the last places near 0 too. */
export function exponentialMinus1(x: v128): v128 {
  const inside = atLeast(x, -30)
  const n = exponentOf(inside)
  const power = powerOf2(n)
  return madd(fractionOf(inside, n), power, f32x4.sub(power, f32x4.splat(1)))
}

/** (e^x - e^-x) / (e^x + e^-x) */
export function hyperbolicTangent(x: v128): v128 {
  const e = exponentialMinus1(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)))
  return withSignOf(x, f32x4.div(e, f32x4.sub(f32x4.splat(-2), e)))
}

/** 1 / (1 + e^-x) */
export function logistic(x: v128): v128 {
  const one = f32x4.splat(1)
  const e = decay(f32x4.neg(f32x4.abs(x)))
  return f32x4.div(v128.bitselect(one, e, f32x4.ge(x, zero())), f32x4.add(one, e))
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|) */
export function logOf1PlusExponential(x: v128): v128 {
  const e = decay(f32x4.neg(f32x4.abs(x)))
  // ln(1 + e) = 2 artanh(s), by a polynomial of artanh(s) / s in s^2 <= 1/9.
  const s = f32x4.div(e, f32x4.add(e, f32x4.splat(2)))
  const t = f32x4.mul(s, s)
  let p = f32x4.splat(0.140891671)
  p = madd(p, t, f32x4.splat(0.139803007))
  p = madd(p, t, f32x4.splat(0.200124547))
  p = madd(p, t, f32x4.splat(0.333331585))
  p = madd(p, t, f32x4.splat(1))
  return madd(f32x4.add(s, s), p, relu(x))
}

/** e^(z^2) erfc(z) for z >= 0, by a polynomial in 1 / (1 + 0.4 z). */
function scaledErfc(z: v128): v128 {
  const one = f32x4.splat(1)
  const u = f32x4.div(one, madd(z, f32x4.splat(0.4), one))
  let p = f32x4.splat(0.050254181)
  p = madd(p, u, f32x4.splat(-0.182873443))
  p = madd(p, u, f32x4.splat(0.169045746))
  p = madd(p, u, f32x4.splat(-0.00557867531))
  p = madd(p, u, f32x4.splat(0.141419992))
  p = madd(p, u, f32x4.splat(0.168544397))
  p = madd(p, u, f32x4.splat(0.207842454))
  p = madd(p, u, f32x4.splat(0.225669608))
  p = madd(p, u, f32x4.splat(0.225675866))
  return f32x4.mul(p, u)
}

/** erf(z) / z, by a polynomial in z^2, for z from 0 to 0.9. */
function erfSlope(square: v128): v128 {
  let p = f32x4.splat(-0.000609036128)
  p = madd(p, square, f32x4.splat(0.00501196319))
  p = madd(p, square, f32x4.splat(-0.0267789084))
  p = madd(p, square, f32x4.splat(0.112821408))
  p = madd(p, square, f32x4.splat(-0.376125246))
  return madd(p, square, f32x4.splat(1.12837911))
}

/** The error function: 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
export function errorFunction(x: v128): v128 {
  const z = f32x4.abs(x)
  const square = f32x4.mul(x, x)
  const near = f32x4.mul(z, erfSlope(square))
  const far = f32x4.sub(f32x4.splat(1), f32x4.mul(decay(f32x4.neg(square)), scaledErfc(z)))
  return withSignOf(x, v128.bitselect(near, far, f32x4.lt(z, f32x4.splat(0.9))))
}

/** The standard normal distribution up to x, (1 + erf(x / sqrt(2))) / 2, given e^(-x^2 / 2). */
export function normalDistribution(x: v128, bell: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(<f32>Math.SQRT1_2))
  const tail = f32x4.mul(f32x4.mul(bell, f32x4.splat(0.5)), scaledErfc(z))
  return v128.bitselect(f32x4.sub(f32x4.splat(1), tail), tail, f32x4.gt(x, zero()))
}

/** y >= 0 with the sign of x. */
function withSignOf(x: v128, y: v128): v128 {
  return v128.or(y, v128.and(x, f32x4.splat(-0.0)))
}
