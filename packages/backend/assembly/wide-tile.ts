import { LINEAR } from './bounds'
import { bounded, FEW_ROWS, FROM_OUTPUT, leastOf, mostOf, ROWS, startingSums, storeFromTile } from './epilogue'
import { NEGATIVE_ZEROS, tile } from './memory'
import { madd } from './simd'

/**
 * The tile of the wide build: six rows, or four, by 16 columns, for engines that carry two 128-bit operations out as one of 256 bits where they see
 * that both do the same to neighbours. What they have to see decides how this is written: all sums begin with the same two loads, no
 * branch stands before the loop, and nothing reads a sum but a store beside that of its neighbour. Twelve accumulators of 256 bits,
 * two vectors of columns and one broadcast. Where the engine leaves them at 128 bits, half of the sums do not fit into registers, and
 * the narrow tile is faster.
 */
export const WIDE_COLUMNS: i32 = 16

export function multiplyWideTile<Layout>(
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
    s1 = v128.load(sums, 16),
    s2 = v128.load(sums, 32),
    s3 = v128.load(sums, 48)
  let c00 = s0,
    c01 = s1,
    c02 = s2,
    c03 = s3
  let c10 = s0,
    c11 = s1,
    c12 = s2,
    c13 = s3
  let c20 = s0,
    c21 = s1,
    c22 = s2,
    c23 = s3
  let c30 = s0,
    c31 = s1,
    c32 = s2,
    c33 = s3
  let c40 = s0,
    c41 = s1,
    c42 = s2,
    c43 = s3
  let c50 = s0,
    c51 = s1,
    c52 = s2,
    c53 = s3
  const packed = isFloat<Layout>() || sizeof<Layout>() === 2
  // Those of four are types without a sign.
  const six = isFloat<Layout>() || isSigned<Layout>()
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
    const b0 = v128.load(b),
      b1 = v128.load(b, 16),
      b2 = v128.load(b, 32),
      b3 = v128.load(b, 48)
    let x = packed ? v128.load32_splat(a) : v128.load32_splat(p0 + at)
    c00 = madd(x, b0, c00)
    c01 = madd(x, b1, c01)
    c02 = madd(x, b2, c02)
    c03 = madd(x, b3, c03)
    x = packed ? v128.load32_splat(a, 4) : v128.load32_splat(p1 + at)
    c10 = madd(x, b0, c10)
    c11 = madd(x, b1, c11)
    c12 = madd(x, b2, c12)
    c13 = madd(x, b3, c13)
    x = packed ? v128.load32_splat(a, 8) : v128.load32_splat(p2 + at)
    c20 = madd(x, b0, c20)
    c21 = madd(x, b1, c21)
    c22 = madd(x, b2, c22)
    c23 = madd(x, b3, c23)
    x = packed ? v128.load32_splat(a, 12) : v128.load32_splat(p3 + at)
    c30 = madd(x, b0, c30)
    c31 = madd(x, b1, c31)
    c32 = madd(x, b2, c32)
    c33 = madd(x, b3, c33)
    if (six) {
      x = packed ? v128.load32_splat(a, 16) : v128.load32_splat(p4 + at)
      c40 = madd(x, b0, c40)
      c41 = madd(x, b1, c41)
      c42 = madd(x, b2, c42)
      c43 = madd(x, b3, c43)
      x = packed ? v128.load32_splat(a, 20) : v128.load32_splat(p5 + at)
      c50 = madd(x, b0, c50)
      c51 = madd(x, b1, c51)
      c52 = madd(x, b2, c52)
      c53 = madd(x, b3, c53)
    }
    if (packed) a += 24
    else offsets += 4
    b += bStep
  }
  if (width === WIDE_COLUMNS && start !== FROM_OUTPUT && activation === LINEAR) {
    let row = <usize>load<u32>(rows) + column
    v128.store(row, c01, 16)
    v128.store(row, c00)
    v128.store(row, c03, 48)
    v128.store(row, c02, 32)
    row = <usize>load<u32>(rows, 4) + column
    v128.store(row, c11, 16)
    v128.store(row, c10)
    v128.store(row, c13, 48)
    v128.store(row, c12, 32)
    row = <usize>load<u32>(rows, 8) + column
    v128.store(row, c21, 16)
    v128.store(row, c20)
    v128.store(row, c23, 48)
    v128.store(row, c22, 32)
    row = <usize>load<u32>(rows, 12) + column
    v128.store(row, c31, 16)
    v128.store(row, c30)
    v128.store(row, c33, 48)
    v128.store(row, c32, 32)
    if (six) {
      row = <usize>load<u32>(rows, 16) + column
      v128.store(row, c41, 16)
      v128.store(row, c40)
      v128.store(row, c43, 48)
      v128.store(row, c42, 32)
      row = <usize>load<u32>(rows, 20) + column
      v128.store(row, c51, 16)
      v128.store(row, c50)
      v128.store(row, c53, 48)
      v128.store(row, c52, 32)
    }
    return
  }
  if (width === WIDE_COLUMNS) {
    const least = leastOf(activation)
    const most = mostOf(activation)
    // What is there already is added last: were it what the sums start from, they would drift with every block. -0 changes nothing.
    const adds = start === FROM_OUTPUT
    const nothing = tile + NEGATIVE_ZEROS
    let row = <usize>load<u32>(rows) + column
    let old = adds ? row : nothing
    let left = f32x4.add(c00, v128.load(old)),
      right = f32x4.add(c01, v128.load(old, 16))
    v128.store(row, bounded(right, least, most), 16)
    v128.store(row, bounded(left, least, most))
    left = f32x4.add(c02, v128.load(old, 32))
    right = f32x4.add(c03, v128.load(old, 48))
    v128.store(row, bounded(right, least, most), 48)
    v128.store(row, bounded(left, least, most), 32)
    row = <usize>load<u32>(rows, 4) + column
    old = adds ? row : nothing
    left = f32x4.add(c10, v128.load(old))
    right = f32x4.add(c11, v128.load(old, 16))
    v128.store(row, bounded(right, least, most), 16)
    v128.store(row, bounded(left, least, most))
    left = f32x4.add(c12, v128.load(old, 32))
    right = f32x4.add(c13, v128.load(old, 48))
    v128.store(row, bounded(right, least, most), 48)
    v128.store(row, bounded(left, least, most), 32)
    row = <usize>load<u32>(rows, 8) + column
    old = adds ? row : nothing
    left = f32x4.add(c20, v128.load(old))
    right = f32x4.add(c21, v128.load(old, 16))
    v128.store(row, bounded(right, least, most), 16)
    v128.store(row, bounded(left, least, most))
    left = f32x4.add(c22, v128.load(old, 32))
    right = f32x4.add(c23, v128.load(old, 48))
    v128.store(row, bounded(right, least, most), 48)
    v128.store(row, bounded(left, least, most), 32)
    row = <usize>load<u32>(rows, 12) + column
    old = adds ? row : nothing
    left = f32x4.add(c30, v128.load(old))
    right = f32x4.add(c31, v128.load(old, 16))
    v128.store(row, bounded(right, least, most), 16)
    v128.store(row, bounded(left, least, most))
    left = f32x4.add(c32, v128.load(old, 32))
    right = f32x4.add(c33, v128.load(old, 48))
    v128.store(row, bounded(right, least, most), 48)
    v128.store(row, bounded(left, least, most), 32)
    if (six) {
      row = <usize>load<u32>(rows, 16) + column
      old = adds ? row : nothing
      left = f32x4.add(c40, v128.load(old))
      right = f32x4.add(c41, v128.load(old, 16))
      v128.store(row, bounded(right, least, most), 16)
      v128.store(row, bounded(left, least, most))
      left = f32x4.add(c42, v128.load(old, 32))
      right = f32x4.add(c43, v128.load(old, 48))
      v128.store(row, bounded(right, least, most), 48)
      v128.store(row, bounded(left, least, most), 32)
      row = <usize>load<u32>(rows, 20) + column
      old = adds ? row : nothing
      left = f32x4.add(c50, v128.load(old))
      right = f32x4.add(c51, v128.load(old, 16))
      v128.store(row, bounded(right, least, most), 16)
      v128.store(row, bounded(left, least, most))
      left = f32x4.add(c52, v128.load(old, 32))
      right = f32x4.add(c53, v128.load(old, 48))
      v128.store(row, bounded(right, least, most), 48)
      v128.store(row, bounded(left, least, most), 32)
    }
    return
  }
  const all = tile
  v128.store(all, c01, 16)
  v128.store(all, c00)
  v128.store(all, c03, 48)
  v128.store(all, c02, 32)
  v128.store(all, c11, 80)
  v128.store(all, c10, 64)
  v128.store(all, c13, 112)
  v128.store(all, c12, 96)
  v128.store(all, c21, 144)
  v128.store(all, c20, 128)
  v128.store(all, c23, 176)
  v128.store(all, c22, 160)
  v128.store(all, c31, 208)
  v128.store(all, c30, 192)
  v128.store(all, c33, 240)
  v128.store(all, c32, 224)
  if (six) {
    v128.store(all, c41, 272)
    v128.store(all, c40, 256)
    v128.store(all, c43, 304)
    v128.store(all, c42, 288)
    v128.store(all, c51, 336)
    v128.store(all, c50, 320)
    v128.store(all, c53, 368)
    v128.store(all, c52, 352)
  }
  storeFromTile(six ? ROWS : FEW_ROWS, 64, rows, column, width, start, activation)
}
