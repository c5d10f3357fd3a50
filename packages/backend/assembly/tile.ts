import { LINEAR } from './bounds'
import { FEW_ROWS, FROM_OUTPUT, ROWS, startingSums, storeFromTile, storeRow } from './epilogue'
import { tile } from './memory'
import { madd } from './simd'

/** Columns of this tile. Twelve accumulators, two vectors of columns and one broadcast: 15 of the 16 registers. */
export const NARROW: i32 = 8

// One tile of six rows, or of four. A loop over tiles would belong here, but then the engine no longer keeps the sums in registers.
export function multiplyTile<Layout>(
  depth: i32,
  a: usize,
  offsets: usize,
  b: usize,
  bStep: usize,
  rows: usize,
  column: usize,
  width: i32,
  start: i32,
  bias: usize,
  activation: i32,
): void {
  const sums = startingSums(start, bias, column)
  const s0 = v128.load(sums),
    s1 = v128.load(sums, 16)
  let c00 = s0,
    c01 = s1
  let c10 = s0,
    c11 = s1
  let c20 = s0,
    c21 = s1
  let c30 = s0,
    c31 = s1
  let c40 = s0,
    c41 = s1
  let c50 = s0,
    c51 = s1
  const vectors = sizeof<Layout>() === 8
  const packed = (isFloat<Layout>() && !vectors) || sizeof<Layout>() === 2
  // Those of four are types without a sign.
  const six = isFloat<Layout>() || isSigned<Layout>()
  const outer = isFloat<Layout>() && vectors
  const p0 = packed ? a : <usize>load<u32>(a),
    p1 = packed ? a : <usize>load<u32>(a, 4),
    p2 = packed ? a : <usize>load<u32>(a, 8),
    p3 = packed ? a : <usize>load<u32>(a, 12),
    p4 = packed || !six ? a : <usize>load<u32>(a, 16),
    p5 = packed || !six ? a : <usize>load<u32>(a, 20)
  // Counted by the address that moves: a counter of its own would lie in memory.
  const end = packed ? a + 24 * <usize>depth : offsets + 4 * <usize>depth
  while ((packed ? a : offsets) < end) {
    const at: usize = packed ? 0 : load<u32>(offsets)
    const b0 = outer ? v128.load32_splat(b) : v128.load(b),
      b1 = outer ? v128.load32_splat(b, 4) : v128.load(b, 16)
    let x = packed ? v128.load32_splat(a) : vectors ? v128.load(p0 + at) : v128.load32_splat(p0 + at)
    c00 = madd(x, b0, c00)
    c01 = madd(x, b1, c01)
    x = packed ? v128.load32_splat(a, 4) : vectors ? v128.load(p1 + at) : v128.load32_splat(p1 + at)
    c10 = madd(x, b0, c10)
    c11 = madd(x, b1, c11)
    x = packed ? v128.load32_splat(a, 8) : vectors ? v128.load(p2 + at) : v128.load32_splat(p2 + at)
    c20 = madd(x, b0, c20)
    c21 = madd(x, b1, c21)
    x = packed ? v128.load32_splat(a, 12) : vectors ? v128.load(p3 + at) : v128.load32_splat(p3 + at)
    c30 = madd(x, b0, c30)
    c31 = madd(x, b1, c31)
    if (six) {
      x = packed ? v128.load32_splat(a, 16) : vectors ? v128.load(p4 + at) : v128.load32_splat(p4 + at)
      c40 = madd(x, b0, c40)
      c41 = madd(x, b1, c41)
      x = packed ? v128.load32_splat(a, 20) : vectors ? v128.load(p5 + at) : v128.load32_splat(p5 + at)
      c50 = madd(x, b0, c50)
      c51 = madd(x, b1, c51)
    }
    if (packed) a += 24
    else offsets += 4
    b += bStep
  }
  if (width === NARROW && start !== FROM_OUTPUT && activation === LINEAR) {
    let row = <usize>load<u32>(rows) + column
    v128.store(row, c01, 16)
    v128.store(row, c00)
    row = <usize>load<u32>(rows, 4) + column
    v128.store(row, c11, 16)
    v128.store(row, c10)
    row = <usize>load<u32>(rows, 8) + column
    v128.store(row, c21, 16)
    v128.store(row, c20)
    row = <usize>load<u32>(rows, 12) + column
    v128.store(row, c31, 16)
    v128.store(row, c30)
    if (six) {
      row = <usize>load<u32>(rows, 16) + column
      v128.store(row, c41, 16)
      v128.store(row, c40)
      row = <usize>load<u32>(rows, 20) + column
      v128.store(row, c51, 16)
      v128.store(row, c50)
    }
    return
  }
  // Not in the wide build: there, an argument would have to be taken out of the register that it shares with its neighbour.
  if (width === NARROW && !WIDE) {
    storeRow(<usize>load<u32>(rows) + column, c00, c01, start, activation)
    storeRow(<usize>load<u32>(rows, 4) + column, c10, c11, start, activation)
    storeRow(<usize>load<u32>(rows, 8) + column, c20, c21, start, activation)
    storeRow(<usize>load<u32>(rows, 12) + column, c30, c31, start, activation)
    if (six) {
      storeRow(<usize>load<u32>(rows, 16) + column, c40, c41, start, activation)
      storeRow(<usize>load<u32>(rows, 20) + column, c50, c51, start, activation)
    }
    return
  }
  const all = tile
  v128.store(all, c01, 16)
  v128.store(all, c00)
  v128.store(all, c11, 48)
  v128.store(all, c10, 32)
  v128.store(all, c21, 80)
  v128.store(all, c20, 64)
  v128.store(all, c31, 112)
  v128.store(all, c30, 96)
  if (six) {
    v128.store(all, c41, 144)
    v128.store(all, c40, 128)
    v128.store(all, c51, 176)
    v128.store(all, c50, 160)
  }
  storeFromTile(six ? ROWS : FEW_ROWS, 32, rows, column, width, start, activation)
}
