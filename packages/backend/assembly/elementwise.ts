import { relu as reluOf } from './simd'

/**
 * Kernels over n adjacent numbers. Each handles a last group of fewer than four through `tailOf` and `storeTail`, so that there
 * is one formula for all.
 */

/** The last 1 to 3 numbers as a vector, the rest zero. */
function tailOf(x: usize, left: i32): v128 {
  let v = v128.load32_zero(x)
  if (left > 1) v = v128.load32_lane(x, v, 1, 4)
  if (left > 2) v = v128.load32_lane(x, v, 2, 8)
  return v
}

function storeTail(out: usize, v: v128, left: i32): void {
  v128.store32_lane(out, v, 0)
  if (left > 1) v128.store32_lane(out, v, 1, 4)
  if (left > 2) v128.store32_lane(out, v, 2, 8)
}

/** out = the larger of x and 0; NaN stays NaN. */
export function relu(x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4, x += 16, out += 16) v128.store(out, reluOf(v128.load(x)))
  if (n > 0) storeTail(out, reluOf(tailOf(x, n)), n)
}

function reluGradientOf(dy: v128, y: v128): v128 {
  const passed = v128.and(dy, f32x4.gt(y, f32x4.splat(0)))
  // All bits set is a NaN.
  return v128.or(passed, f32x4.ne(y, y))
}

/** out = dy where y > 0, else 0; NaN where y is NaN. */
export function reluGradient(dy: usize, y: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4, dy += 16, y += 16, out += 16) v128.store(out, reluGradientOf(v128.load(dy), v128.load(y)))
  if (n > 0) storeTail(out, reluGradientOf(tailOf(dy, n), tailOf(y, n)), n)
}

function sigmoidGradientOf(dy: v128, y: v128): v128 {
  return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(f32x4.splat(1), y)))
}

/** out = dy y (1 - y) */
export function sigmoidGradient(dy: usize, y: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4, dy += 16, y += 16, out += 16) v128.store(out, sigmoidGradientOf(v128.load(dy), v128.load(y)))
  if (n > 0) storeTail(out, sigmoidGradientOf(tailOf(dy, n), tailOf(y, n)), n)
}

function tanhGradientOf(dy: v128, y: v128): v128 {
  return f32x4.mul(dy, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)))
}

/** out = dy (1 - y^2) */
export function tanhGradient(dy: usize, y: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4, dy += 16, y += 16, out += 16) v128.store(out, tanhGradientOf(v128.load(dy), v128.load(y)))
  if (n > 0) storeTail(out, tanhGradientOf(tailOf(dy, n), tailOf(y, n)), n)
}

function squareGradientOf(dy: v128, x: v128): v128 {
  return f32x4.mul(dy, f32x4.add(x, x))
}

/** out = dy 2 x */
export function squareGradient(dy: usize, x: usize, out: usize, n: i32): void {
  for (; n >= 4; n -= 4, dy += 16, x += 16, out += 16) v128.store(out, squareGradientOf(v128.load(dy), v128.load(x)))
  if (n > 0) storeTail(out, squareGradientOf(tailOf(dy, n), tailOf(x, n)), n)
}

/** out = factor x */
export function scale(x: usize, factor: f32, out: usize, n: i32): void {
  const factors = f32x4.splat(factor)
  for (; n >= 4; n -= 4, x += 16, out += 16) v128.store(out, f32x4.mul(v128.load(x), factors))
  if (n > 0) storeTail(out, f32x4.mul(tailOf(x, n), factors), n)
}

/** The same with the factor in memory. */
export function scaleBy(x: usize, factor: usize, out: usize, n: i32): void {
  scale(x, load<f32>(factor), out, n)
}

/** out[i] = x[i] + row[i mod columns] for whole rows: the bias of a layer. */
export function addRow(x: usize, row: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    let from = row
    let n = columns
    for (; n >= 4; n -= 4, x += 16, from += 16, out += 16) v128.store(out, f32x4.add(v128.load(x), v128.load(from)))
    for (; n > 0; n--, x += 4, from += 4, out += 4) store<f32>(out, load<f32>(x) + load<f32>(from))
  }
}
