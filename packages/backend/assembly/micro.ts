import { LINEAR } from './bounds'
import { FEW_ROWS, FROM_ZERO, ROWS } from './epilogue'
import { tile } from './memory'
import { multiplyTile, NARROW } from './tile'
import { multiplyWideTile, WIDE_COLUMNS } from './wide-tile'

/** Columns of a panel: of the tile that this build multiplies by. */
export const COLUMNS: i32 = WIDE ? WIDE_COLUMNS : NARROW

/** Fills a table with `count` addresses from `first` on, `step` bytes apart, and up to whole tiles with `spare`. */
export function listRows(out: usize, first: usize, step: usize, count: i32, spare: usize): void {
  for (let i = 0; i < count || i % ROWS !== 0; i++, first += step)
    store<u32>(out + 4 * <usize>i, <u32>(i < count ? first : spare))
}

/** Fills a table with 0, step, 2 step, ...: the offsets of elements that lie in a row. */
export function listSteps(out: usize, count: i32, step: i32): void {
  for (let i = 0, at = 0; i < count; i++, at += step) store<i32>(out + 4 * <usize>i, at)
}

/** The width of the panel that begins with `left` columns to go: the last one may be narrow. */
export function panelWidth(left: i32): i32 {
  return left > NARROW ? COLUMNS : NARROW
}

/** n rounded up to whole panels. */
export function wholePanels(n: i32): i32 {
  const rest = n % COLUMNS
  return n - rest + (rest > 0 ? panelWidth(rest) : 0)
}

/**
 * A matrix product: out[count, width] = start + a[count, depth] b[depth, width].
 *
 * Element (i, k) of `a` lies at starts[i] + offsets[k]: a matrix, its transpose, the patches of a convolution and their transpose are
 * all read where they are. `b` lies in packed panels, one after the other, or, where `bRowBytes` is not 0, in rows of so many bytes, whose
 * columns come in whole panels. `rows` holds the addresses of the output's rows, in which the first column lies at byte `column`. Both
 * tables are filled up to a multiple of six: a row that does not exist starts anywhere in `a`, and points at scratch memory as long as a row.
 */
export function multiplyBlock(
  count: i32,
  depth: i32,
  width: i32,
  starts: usize,
  offsets: usize,
  b: usize,
  bRowBytes: usize,
  rows: usize,
  column: usize,
  start: i32,
  bias: usize,
  activation: i32,
): void {
  const sixes = rowsInSixes(count)
  for (let j = 0; j < width; j += COLUMNS, column += 4 * COLUMNS) {
    const here = min(COLUMNS, width - j)
    const step: usize = bRowBytes ? bRowBytes : 4 * panelWidth(here)
    let i = 0
    for (; i < sixes; i += ROWS)
      product<Table>(depth, starts + 4 * i, offsets, b, step, rows + 4 * i, column, here, start, bias, activation)
    for (; i < count; i += FEW_ROWS)
      product<Few>(depth, starts + 4 * i, offsets, b, step, rows + 4 * i, column, here, start, bias, activation)
    b += bRowBytes ? 4 * COLUMNS : <usize>depth * step
  }
}

/** Rows that tiles of six take. Others are left to tiles of four, where these have fewer rows that do not exist. */
function rowsInSixes(count: i32): i32 {
  const left = count % ROWS
  if (left === 5) return count + 1
  return left === 2 && count > ROWS ? count - 2 - ROWS : count - left
}

/**
 * One panel of it, packed or in rows, where rows of `a` are interleaved by six, as `packSix` does: 5 % faster, which pays for packing from some
 * 64 columns on. Of the last six, a tile of four takes those that exist, where it can.
 */
export function multiplyPackedPanel(
  count: i32,
  depth: i32,
  a: usize,
  b: usize,
  rows: usize,
  column: usize,
  width: i32,
  start: i32,
  bias: usize,
  activation: i32,
  bRowBytes: usize = 0,
): void {
  const step: usize = bRowBytes ? bRowBytes : 4 * panelWidth(width)
  for (; count > FEW_ROWS; count -= ROWS, a += 24 * <usize>depth, rows += 4 * ROWS)
    product<Packed>(depth, a, 0, b, step, rows, column, width, start, bias, activation)
  if (count > 0) product<PackedFew>(depth, a, 0, b, step, rows, column, width, start, bias, activation)
}

function product<Layout>(
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
  if (WIDE && width > NARROW) multiplyWideTile<Layout>(depth, a, offsets, b, bStep, rows, column, width, start, bias, activation)
  else multiplyTile<Layout>(depth, a, offsets, b, bStep, rows, column, width, start, bias, activation)
}

/**
 * Sums of vectors, for matrices of two columns: twelve sums over `depth` of a[r] b[0] and a[r] b[1], left in `sumsOfVectors`. Each of the six a[r]
 * is the vector at starts[r] + offsets[k]; b are two vectors (`microDots`: the lanes are parts of one sum) or two numbers (`microOuter`: each
 * lane is a sum of its own).
 */
export function microDots(depth: i32, starts: usize, offsets: usize, b: usize): void {
  multiplyTile<Dots>(depth, starts, offsets, b, 32, starts, 0, 0, FROM_ZERO, 0, LINEAR)
}
export function microOuter(depth: i32, starts: usize, offsets: usize, b: usize, bStep: usize): void {
  multiplyTile<Outer>(depth, starts, offsets, b, bStep, starts, 0, 0, FROM_ZERO, 0, LINEAR)
}

/** Where the sum of row r and column j lies, until the next tile. */
export function sumsOfVectors(r: i32, j: i32): usize {
  return tile + 32 * r + 16 * j
}

// How a tile reads its matrices. Types, because the compiler then makes a loop without tests for each.
type Table = i32
type Packed = f32
type PackedFew = u16
type Few = u32
type Dots = i64
type Outer = f64
