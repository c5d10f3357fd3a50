import { put, putPair, take } from './simd'

/** out = dy 2 x */
export function squareGradient(dy: usize, x: usize, out: usize, n: i32): void {
  let i = 0
  do {
    const v = take(x, i, n)
    put(out, i, n, f32x4.mul(take(dy, i, n), f32x4.add(v, v)))
    i += 4
  } while (i < n)
}

/** out = factor x */
export function scale(x: usize, factor: f32, out: usize, n: i32): void {
  const factors = f32x4.splat(factor)
  let i = 0
  do {
    put(out, i, n, f32x4.mul(take(x, i, n), factors))
    i += 4
  } while (i < n)
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
    for (; n >= 8; n -= 8, x += 32, from += 32, out += 32)
      putPair(out, f32x4.add(v128.load(x), v128.load(from)), f32x4.add(v128.load(x, 16), v128.load(from, 16)))
    for (; n >= 4; n -= 4, x += 16, from += 16, out += 16) v128.store(out, f32x4.add(v128.load(x), v128.load(from)))
    for (; n > 0; n--, x += 4, from += 4, out += 4) store<f32>(out, load<f32>(x) + load<f32>(from))
  }
}
