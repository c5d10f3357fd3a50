import { put, take, truths } from './simd'

/**
 * Comparisons of two tensors, and the choices that follow from them. Operands are seen as rows and columns, through each of which they
 * go with a step in numbers: 0 repeats a number or a row. Truths are bytes of 0 or 1.
 */

class Equal {}
class Unequal {}
class Greater {}
class AtLeast {}

/** The comparisons of floats, and from 4 on those of integers. */
const INTEGERS: i32 = 4

function holds<How, Kind>(a: v128, b: v128): v128 {
  if (idof<How>() === idof<Equal>()) return isFloat<Kind>() ? f32x4.eq(a, b) : i32x4.eq(a, b)
  if (idof<How>() === idof<Unequal>()) return isFloat<Kind>() ? f32x4.ne(a, b) : i32x4.ne(a, b)
  if (idof<How>() === idof<Greater>()) return isFloat<Kind>() ? f32x4.gt(a, b) : i32x4.gt_s(a, b)
  return isFloat<Kind>() ? f32x4.ge(a, b) : i32x4.ge_s(a, b)
}

/** Numbers i to i + 3 of a row of n, or one number four times. */
function four(x: usize, i: i32, n: i32, step: i32): v128 {
  return step ? take(x, i, n) : v128.load32_splat(x)
}

function whole(x: usize, step: i32): v128 {
  return step ? v128.load(x) : v128.load32_splat(x)
}

function compareRows<How, Kind>(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  aStep: i32,
  bRow: i32,
  bStep: i32,
): void {
  const ones = i8x16.splat(1)
  for (let row = 0; row < rows; row++, a += 4 * <usize>aRow, b += 4 * <usize>bRow) {
    let i = 0
    for (; i + 16 <= columns; i += 16, out += 16) {
      const p = a + <usize>(4 * i * aStep)
      const q = b + <usize>(4 * i * bStep)
      const pStep = <usize>(16 * aStep)
      const qStep = <usize>(16 * bStep)
      const s = holds<How, Kind>(whole(p, aStep), whole(q, bStep))
      const t = holds<How, Kind>(whole(p + pStep, aStep), whole(q + qStep, bStep))
      const u = holds<How, Kind>(whole(p + 2 * pStep, aStep), whole(q + 2 * qStep, bStep))
      const v = holds<How, Kind>(whole(p + 3 * pStep, aStep), whole(q + 3 * qStep, bStep))
      const narrow = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(s, t), i16x8.narrow_i32x4_s(u, v))
      v128.store(out, v128.and(narrow, ones))
    }
    for (; i < columns; i += 4) {
      const bits = i32x4.bitmask(holds<How, Kind>(four(a, i, columns, aStep), four(b, i, columns, bStep)))
      for (let j = 0; j < min(4, columns - i); j++, out++) store<u8>(out, (bits >> j) & 1)
    }
  }
}

/** out = whether a comparison holds: 0 for equal, 1 for unequal, 2 for greater, 3 for at least; of integers 4 to 7. */
export function compare(
  how: i32,
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  aStep: i32,
  bRow: i32,
  bStep: i32,
): void {
  if (how === 0) compareRows<Equal, f32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === 1) compareRows<Unequal, f32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === 2) compareRows<Greater, f32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === 3) compareRows<AtLeast, f32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === INTEGERS) compareRows<Equal, i32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === INTEGERS + 1) compareRows<Unequal, i32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else if (how === INTEGERS + 2) compareRows<Greater, i32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
  else compareRows<AtLeast, i32>(a, b, out, rows, columns, aRow, aStep, bRow, bStep)
}

/** out = the larger, or the smaller, of two floats; NaN where either is. */
export function extreme(
  smaller: bool,
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  columns: i32,
  aRow: i32,
  aStep: i32,
  bRow: i32,
  bStep: i32,
): void {
  for (let row = 0; row < rows; row++, a += 4 * <usize>aRow, b += 4 * <usize>bRow, out += 4 * <usize>columns) {
    for (let i = 0; i < columns; i += 4) {
      const x = four(a, i, columns, aStep)
      const y = four(b, i, columns, bStep)
      put(out, i, columns, smaller ? f32x4.min(x, y) : f32x4.max(x, y))
    }
  }
}

/** out = t where the condition holds, else e: numbers of 32 bits. */
export function select(condition: usize, t: usize, e: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    put(out, i, n, v128.bitselect(take(t, i, n), take(e, i, n), truths(condition + i)))
  }
}

/** out = both, or either, of two truths. */
export function join(either: bool, a: usize, b: usize, out: usize, n: i32): void {
  let i = 0
  const none = i8x16.splat(0)
  for (; i + 16 <= n; i += 16) {
    const p = i8x16.ne(v128.load(a + i), none)
    const q = i8x16.ne(v128.load(b + i), none)
    v128.store(out + i, v128.and(either ? v128.or(p, q) : v128.and(p, q), i8x16.splat(1)))
  }
  for (; i < n; i++) {
    const p = load<u8>(a + i) !== 0
    const q = load<u8>(b + i) !== 0
    store<u8>(out + i, either ? p || q : p && q)
  }
}
