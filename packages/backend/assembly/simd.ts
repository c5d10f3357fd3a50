/**
 * What every kernel here stands on. All of them work on the linear memory of TensorFlow.js's own wasm backend, which this module
 * imports. It may therefore hold no static data (no strings, no array literals): a data segment would land on that heap.
 *
 * Addresses and byte counts are `usize`, counts of elements `i32`. Sizes are in elements unless a name ends in `Bytes`.
 *
 * A kernel may read up to 20 bytes beyond a tensor, for which that heap always has its own notes behind it, and writes none.
 */

/** a * b + c, in one rounding where the machine allows it: here alone the plain build computes something else than the others. */
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** c - a * b, likewise. */
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c)
  return f32x4.sub(c, f32x4.mul(a, b))
}

export function zero(): v128 {
  return f32x4.splat(0)
}

/** The larger of x and 0, where NaN stays NaN (`pmax` returns its first operand unless the second is larger). */
export function relu(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0))
}

/** The smaller of x and a bound, where NaN stays NaN. */
export function atMost(x: v128, bound: f32): v128 {
  return f32x4.pmin(x, f32x4.splat(bound))
}

/** The larger of x and a bound, where NaN stays NaN. */
export function atLeast(x: v128, bound: f32): v128 {
  return f32x4.pmax(x, f32x4.splat(bound))
}

/**
 * Stores two vectors side by side. Where both halves of a loop end in such a pair, with no other store in between, the engine of the wide
 * build makes the whole of it 256 bits wide. The right one goes first: were memory to end between them, the left one would have to be
 * stored before the engine traps, so in that order it stores the left one twice.
 */
export function putPair(at: usize, left: v128, right: v128): void {
  v128.store(at, right, 16)
  v128.store(at, left)
}

/** Numbers i to i + 3 of the n at x; with `put`, a loop by fours needs no tail. What stands beyond the last is anything. */
export function take(x: usize, i: i32, n: i32): v128 {
  const at = x + 4 * <usize>i
  const left = n - i
  if (left >= 4) return v128.load(at)
  let v = v128.load32_zero(at)
  if (left > 1) v = v128.load32_lane(at, v, 1, 4)
  if (left > 2) v = v128.load32_lane(at, v, 2, 8)
  return v
}

/** Stores numbers i to i + 3 of the n at out, as far as there are so many. */
export function put(out: usize, i: i32, n: i32, v: v128): void {
  const at = out + 4 * <usize>i
  const left = n - i
  if (left >= 4) {
    v128.store(at, v)
    return
  }
  if (left > 0) v128.store32_lane(at, v, 0)
  if (left > 1) v128.store32_lane(at, v, 1, 4)
  if (left > 2) v128.store32_lane(at, v, 2, 8)
}

/** All bits of each of four, where its byte is not 0. */
export function truths(at: usize): v128 {
  return i32x4.ne(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))), i32x4.splat(0))
}
