import { tile } from './memory'

/**
 * Sums. A run of float32 additions drifts (1e-4 after ten thousand equal terms), so at most 128 terms are added in float32,
 * vector-wide, and the sums of those blocks in float64.
 */
const BLOCK: i32 = 128

export function sumScratchBytes(inner: i32): i32 {
  return 8 * inner + 64
}

/** out[outer, inner] = scale * sum over the middle axis of x[outer, middle, inner]. */
export function sum(x: usize, outer: i32, middle: i32, inner: i32, out: usize, scale: f64, scratch: usize): void {
  for (let i = 0; i < outer; i++, x += 4 * <usize>middle * inner, out += 4 * <usize>inner) {
    if (inner === 1) {
      store<f32>(out, <f32>(scale * sumRun(x, middle)))
      continue
    }
    sumRows(x, middle, inner, scratch)
    for (let j = 0; j < inner; j++) store<f32>(out + 4 * j, <f32>(scale * load<f64>(scratch + 8 * j)))
  }
}

/** The sum of n adjacent numbers. */
export function sumRun(x: usize, n: i32): f64 {
  let total = 0.0
  let left = n
  while (left >= 4) {
    const vectors = min(left >> 2, BLOCK)
    let a = f32x4.splat(0)
    let b = a
    let c = a
    let d = a
    let i = 0
    for (; i + 4 <= vectors; i += 4, x += 64) {
      a = f32x4.add(a, v128.load(x))
      b = f32x4.add(b, v128.load(x, 16))
      c = f32x4.add(c, v128.load(x, 32))
      d = f32x4.add(d, v128.load(x, 48))
    }
    for (; i < vectors; i++, x += 16) a = f32x4.add(a, v128.load(x))
    total += lanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)))
    left -= 4 * vectors
  }
  for (; left > 0; left--, x += 4) total += <f64>load<f32>(x)
  return total
}

/** The sum of four numbers. */
export function lanes(four: v128): f64 {
  const low = f64x2.promote_low_f32x4(four)
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3))
  const two = f64x2.add(low, high)
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1)
}

/** totals[columns] = the float64 sums of the columns of x[rows, columns]. */
export function sumRows(x: usize, rows: i32, columns: i32, totals: usize): void {
  memory.fill(totals, 0, 8 * <usize>columns)
  const rowBytes = 4 * <usize>columns
  for (let first = 0; first < rows; first += BLOCK, x += BLOCK * rowBytes) {
    const block = min(BLOCK, rows - first)
    let j = 0
    for (; j + 16 <= columns; j += 16) {
      let a = f32x4.splat(0)
      let b = a
      let c = a
      let d = a
      let from = x + 4 * <usize>j
      for (let i = 0; i < block; i++, from += rowBytes) {
        a = f32x4.add(a, v128.load(from))
        b = f32x4.add(b, v128.load(from, 16))
        c = f32x4.add(c, v128.load(from, 32))
        d = f32x4.add(d, v128.load(from, 48))
      }
      const sums = tile
      v128.store(sums, b, 16)
      v128.store(sums, a)
      v128.store(sums, d, 48)
      v128.store(sums, c, 32)
      for (let four: usize = 0; four < 4; four++) addToTotals(totals + 8 * <usize>j + 32 * four, v128.load(sums + 16 * four))
    }
    for (; j + 4 <= columns; j += 4) {
      let a = f32x4.splat(0)
      let from = x + 4 * <usize>j
      for (let i = 0; i < block; i++, from += rowBytes) a = f32x4.add(a, v128.load(from))
      addToTotals(totals + 8 * <usize>j, a)
    }
    for (; j < columns; j++) {
      let a: f32 = 0
      let from = x + 4 * <usize>j
      for (let i = 0; i < block; i++, from += rowBytes) a += load<f32>(from)
      store<f64>(totals + 8 * <usize>j, load<f64>(totals + 8 * <usize>j) + <f64>a)
    }
  }
}

export function addToTotals(totals: usize, sums: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(sums)))
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(sums, sums, 2, 3, 2, 3))
  v128.store(totals, f64x2.add(v128.load(totals, 16), high), 16)
}
