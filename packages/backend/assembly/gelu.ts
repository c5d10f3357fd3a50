import { decay, normalDistribution } from './exponential'
import { madd, put, take } from './simd'

/** GELU: x times the standard normal distribution up to x. */

/** out = gelu(x) */
export function gelu(x: usize, out: usize, n: i32): void {
  geluOrGradient(0, x, out, n)
}

/** out = dy (the standard normal distribution up to x, plus x times its density) */
export function geluGradient(dy: usize, x: usize, out: usize, n: i32): void {
  geluOrGradient(dy, x, out, n)
}

/** One loop for both, because the compiler inlines a function of this size only where it is called once: that saves a third. */
function geluOrGradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    const v = take(x, i, n)
    const bell = decay(f32x4.mul(f32x4.mul(v, v), f32x4.splat(-0.5)))
    const below = normalDistribution(v, bell)
    if (dy === 0) {
      put(out, i, n, f32x4.mul(v, below))
    } else {
      // 1 / sqrt(2 pi)
      const density = f32x4.mul(bell, f32x4.splat(0.39894228))
      put(out, i, n, f32x4.mul(take(dy, i, n), madd(v, density, below)))
    }
    i += 4
  } while (i < n)
}
