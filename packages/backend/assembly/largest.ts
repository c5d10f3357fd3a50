import { put, take } from './simd'

/** out[outer, inner] = the largest (or smallest) over the middle axis of x[outer, middle, inner], which is not empty; NaN where one is. */
export function largest(x: usize, outer: i32, middle: i32, inner: i32, out: usize, smallest: bool): void {
  const lineBytes: usize = 4 * inner
  for (let o = 0; o < outer; o++, x += <usize>middle * lineBytes, out += lineBytes) {
    if (inner === 1) store<f32>(out, ofRun(x, middle, smallest))
    else {
      memory.copy(out, x, lineBytes)
      let line = x + lineBytes
      for (let i = 1; i < middle; i++, line += lineBytes) {
        for (let j = 0; j < inner; j += 4) {
          const best = take(out, j, inner)
          const other = take(line, j, inner)
          put(out, j, inner, smallest ? f32x4.min(best, other) : f32x4.max(best, other))
        }
      }
    }
  }
}

/** The larger or smaller of each two; of NaN and a number it may be either. */
function further(a: v128, b: v128, smallest: bool): v128 {
  return smallest ? f32x4.pmin(a, b) : f32x4.pmax(a, b)
}

/** Of n adjacent numbers. Whether one is NaN is asked apart: instructions that pass it on take several times as long. */
function ofRun(x: usize, n: i32, smallest: bool): f32 {
  let a = v128.load32_splat(x)
  let b = a
  let none = f32x4.ne(a, a)
  let i = 0
  for (; i + 8 <= n; i += 8, x += 32) {
    const p = v128.load(x)
    const q = v128.load(x, 16)
    a = further(a, p, smallest)
    b = further(b, q, smallest)
    none = v128.or(none, v128.or(f32x4.ne(p, p), f32x4.ne(q, q)))
  }
  for (; i < n; i++, x += 4) {
    const p = v128.load32_splat(x)
    a = further(a, p, smallest)
    none = v128.or(none, f32x4.ne(p, p))
  }
  if (v128.any_true(none)) return NaN
  a = further(a, b, smallest)
  a = further(a, v128.shuffle<i32>(a, a, 2, 3, 0, 1), smallest)
  return f32x4.extract_lane(further(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2), smallest), 0)
}
