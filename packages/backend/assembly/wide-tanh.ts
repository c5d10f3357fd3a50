import { NEGATIVE_ZEROS, TANH_FACTORS, tile } from './memory'
import { madd, putPair } from './simd'
import { EXPONENT, FRACTION, HALF, LEAST, LOG2E, MINUS_2, MINUS_LN2, ONE, REST_OF_LN2, ROUND } from './tanh-factors'

/**
 * tanh for the wide build: `hyperbolicTangent` of eight numbers side by side, operation by operation, so that the engine carries each out on
 * 256 bits; to the same bits. A whole number is rounded to by what the engine can join: adding 1.5 * 2^23, and taking it away.
 *
 * Of as many of n adjacent numbers, at least eight, as come by eight; returns how many these are.
 */
export function tanhByEights(x: usize, out: usize, n: i32): i32 {
  const at = tile + TANH_FACTORS
  const signs = tile + NEGATIVE_ZEROS
  const end = x + 4 * <usize>(n & ~7)
  do {
    const xl = v128.load(x),
      xr = v128.load(x, 16)
    const minus2 = v128.load32_splat(at, MINUS_2)
    const least = v128.load32_splat(at, LEAST)
    const insideL = f32x4.pmax(f32x4.mul(f32x4.abs(xl), minus2), least),
      insideR = f32x4.pmax(f32x4.mul(f32x4.abs(xr), minus2), least)
    const log2e = v128.load32_splat(at, LOG2E)
    const round = v128.load32_splat(at, ROUND)
    const nl = f32x4.sub(f32x4.add(f32x4.mul(insideL, log2e), round), round),
      nr = f32x4.sub(f32x4.add(f32x4.mul(insideR, log2e), round), round)
    const exponent = v128.load32_splat(at, EXPONENT)
    const powerL = i32x4.shl(f32x4.add(nl, exponent), 23),
      powerR = i32x4.shl(f32x4.add(nr, exponent), 23)
    const ln2 = v128.load32_splat(at, MINUS_LN2)
    const rest = v128.load32_splat(at, REST_OF_LN2)
    const rl = madd(nl, rest, madd(nl, ln2, insideL)),
      rr = madd(nr, rest, madd(nr, ln2, insideR))
    const p0 = v128.load32_splat(at, FRACTION),
      p1 = v128.load32_splat(at, FRACTION + 4),
      p2 = v128.load32_splat(at, FRACTION + 8),
      p3 = v128.load32_splat(at, FRACTION + 12)
    const half = v128.load32_splat(at, HALF)
    const pl = madd(madd(madd(madd(p0, rl, p1), rl, p2), rl, p3), rl, half),
      pr = madd(madd(madd(madd(p0, rr, p1), rr, p2), rr, p3), rr, half)
    const one = v128.load32_splat(at, ONE)
    const el = madd(madd(f32x4.mul(rl, rl), pl, rl), powerL, f32x4.sub(powerL, one)),
      er = madd(madd(f32x4.mul(rr, rr), pr, rr), powerR, f32x4.sub(powerR, one))
    const sign = v128.load32_splat(signs)
    putPair(
      out,
      v128.or(f32x4.div(el, f32x4.sub(minus2, el)), v128.and(xl, sign)),
      v128.or(f32x4.div(er, f32x4.sub(minus2, er)), v128.and(xr, sign)),
    )
    x += 32
    out += 32
  } while (x < end)
  return n & ~7
}
