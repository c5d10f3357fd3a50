import { atMost, madd, relu, zero } from './simd'

/** Rows and columns of the register tile. Twelve accumulators, two columns vectors and one broadcast: 15 of the 16 registers. */
export const ROWS: i32 = 6
export const COLUMNS: i32 = 8

/** What the accumulators start from. */
export const FROM_ZERO: i32 = 0
export const FROM_OUTPUT: i32 = 1
export const FROM_BIAS: i32 = 2

/** What is applied to the sums before they are stored; 2 stands for the ReLU that ends at 6. */
export const LINEAR: i32 = 0
export const RELU: i32 = 1

/** Where a tile that is narrower than 8 columns is laid down before it is copied out. Set once by `setTile`. */
let tile: usize = 0

/** Gives the kernels 256 bytes of their own. */
export function setTile(address: usize): void {
  tile = address
}

export function activate(x: v128, activation: i32): v128 {
  if (activation === LINEAR) return x
  const positive = relu(x)
  return activation === RELU ? positive : atMost(positive, 6)
}

export function activateOne(x: f32, activation: i32): f32 {
  return f32x4.extract_lane(activate(f32x4.splat(x), activation), 0)
}

/** What is there already is added last: were it what the sums start from, they would drift with every block. */
function storeRow(row: usize, left: v128, right: v128, start: i32, activation: i32): void {
  if (start === FROM_OUTPUT) {
    left = f32x4.add(left, v128.load(row))
    right = f32x4.add(right, v128.load(row, 16))
  }
  v128.store(row, activate(left, activation))
  v128.store(row, activate(right, activation), 16)
}

/** Fills a table with `count` addresses from `first` on, `step` bytes apart, and up to whole tiles with `spare`. */
export function listRows(out: usize, first: usize, step: usize, count: i32, spare: usize): void {
  for (let i = 0; i < count || i % ROWS !== 0; i++, first += step)
    store<u32>(out + 4 * <usize>i, <u32>(i < count ? first : spare))
}

/** Fills a table with 0, step, 2 step, ...: the offsets of elements that lie in a row. */
export function listSteps(out: usize, count: i32, step: i32): void {
  for (let i = 0, at = 0; i < count; i++, at += step) store<i32>(out + 4 * <usize>i, at)
}

/**
 * A matrix product: out[count, width] = start + a[count, depth] b[depth, width].
 *
 * Element (i, k) of `a` lies at starts[i] + offsets[k]: a matrix, its transpose, the patches of a convolution and their transpose are
 * all read where they are. `b` lies in panels of 8 columns: `bStep` bytes from one unit of depth to the next, `panelBytes` from one panel to the
 * next. `rows` holds the addresses of the output's rows, in which the first column lies at byte `column`. Both tables are filled up to
 * a multiple of six: a row that does not exist starts anywhere in `a`, and points at scratch memory as long as a row.
 */
export function multiplyBlock(
  count: i32,
  depth: i32,
  width: i32,
  starts: usize,
  offsets: usize,
  b: usize,
  bStep: usize,
  panelBytes: usize,
  rows: usize,
  column: usize,
  start: i32,
  bias: usize,
  activation: i32,
): void {
  for (let j = 0; j < width; j += COLUMNS, b += panelBytes, column += 4 * COLUMNS) {
    const here = min(COLUMNS, width - j)
    for (let i: usize = 0; i < 4 * <usize>count; i += 4 * ROWS)
      product<Table>(depth, starts + i, offsets, b, bStep, rows + i, column, here, start, bias, activation)
  }
}

/** One panel of it, where rows of `a` are interleaved by six, as `packSix` does: 5 % faster, which pays for packing from some 64 columns on. */
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
): void {
  for (let i = 0; i < count; i += ROWS, a += 24 * <usize>depth, rows += 4 * ROWS)
    product<Packed>(depth, a, 0, b, 4 * COLUMNS, rows, column, width, start, bias, activation)
}

/**
 * Sums of vectors, for matrices of two columns: twelve sums over `depth` of a[r] b[0] and a[r] b[1], left in `sumsOfVectors`. Each of the six a[r]
 * is the vector at starts[r] + offsets[k]; b are two vectors (`microDots`: the lanes are parts of one sum) or two numbers (`microOuter`: each
 * lane is a sum of its own).
 */
export function microDots(depth: i32, starts: usize, offsets: usize, b: usize): void {
  product<Dots>(depth, starts, offsets, b, 32, starts, 0, 0, FROM_ZERO, 0, LINEAR)
}
export function microOuter(depth: i32, starts: usize, offsets: usize, b: usize, bStep: usize): void {
  product<Outer>(depth, starts, offsets, b, bStep, starts, 0, 0, FROM_ZERO, 0, LINEAR)
}

/** Where the sum of row r and column j lies, until the next tile. */
export function sumsOfVectors(r: i32, j: i32): usize {
  return tile + 32 * r + 16 * j
}

// How the matrices lie. Types, because the compiler then makes a loop without tests for each.
type Table = i32
type Packed = f32
type Dots = i64
type Outer = f64

// One tile of six rows. A loop over tiles would belong here, but then the engine no longer keeps the sums in registers.
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
  let c00 = zero(),
    c01 = zero(),
    c10 = zero(),
    c11 = zero(),
    c20 = zero(),
    c21 = zero()
  let c30 = zero(),
    c31 = zero(),
    c40 = zero(),
    c41 = zero(),
    c50 = zero(),
    c51 = zero()
  if (start === FROM_BIAS) {
    c00 = v128.load(bias + column)
    c01 = v128.load(bias + column, 16)
    c10 = c00
    c11 = c01
    c20 = c00
    c21 = c01
    c30 = c00
    c31 = c01
    c40 = c00
    c41 = c01
    c50 = c00
    c51 = c01
  }
  const vectors = sizeof<Layout>() === 8
  const packed = isFloat<Layout>() && !vectors
  const outer = isFloat<Layout>() && vectors
  const p0 = packed ? a : <usize>load<u32>(a),
    p1 = packed ? a : <usize>load<u32>(a, 4),
    p2 = packed ? a : <usize>load<u32>(a, 8),
    p3 = packed ? a : <usize>load<u32>(a, 12),
    p4 = packed ? a : <usize>load<u32>(a, 16),
    p5 = packed ? a : <usize>load<u32>(a, 20)
  for (; depth > 0; depth--) {
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
    x = packed ? v128.load32_splat(a, 16) : vectors ? v128.load(p4 + at) : v128.load32_splat(p4 + at)
    c40 = madd(x, b0, c40)
    c41 = madd(x, b1, c41)
    x = packed ? v128.load32_splat(a, 20) : vectors ? v128.load(p5 + at) : v128.load32_splat(p5 + at)
    c50 = madd(x, b0, c50)
    c51 = madd(x, b1, c51)
    if (packed) a += 24
    else offsets += 4
    b += bStep
  }
  // The common case by itself: asking six times what is to be done with a row costs 2 % where the depth is small.
  if (width === COLUMNS && start !== FROM_OUTPUT && activation === LINEAR) {
    let row = <usize>load<u32>(rows) + column
    v128.store(row, c00)
    v128.store(row, c01, 16)
    row = <usize>load<u32>(rows, 4) + column
    v128.store(row, c10)
    v128.store(row, c11, 16)
    row = <usize>load<u32>(rows, 8) + column
    v128.store(row, c20)
    v128.store(row, c21, 16)
    row = <usize>load<u32>(rows, 12) + column
    v128.store(row, c30)
    v128.store(row, c31, 16)
    row = <usize>load<u32>(rows, 16) + column
    v128.store(row, c40)
    v128.store(row, c41, 16)
    row = <usize>load<u32>(rows, 20) + column
    v128.store(row, c50)
    v128.store(row, c51, 16)
    return
  }
  if (width === COLUMNS) {
    storeRow(<usize>load<u32>(rows) + column, c00, c01, start, activation)
    storeRow(<usize>load<u32>(rows, 4) + column, c10, c11, start, activation)
    storeRow(<usize>load<u32>(rows, 8) + column, c20, c21, start, activation)
    storeRow(<usize>load<u32>(rows, 12) + column, c30, c31, start, activation)
    storeRow(<usize>load<u32>(rows, 16) + column, c40, c41, start, activation)
    storeRow(<usize>load<u32>(rows, 20) + column, c50, c51, start, activation)
    return
  }
  storeRow(tile, c00, c01, FROM_ZERO, LINEAR)
  storeRow(tile + 32, c10, c11, FROM_ZERO, LINEAR)
  storeRow(tile + 64, c20, c21, FROM_ZERO, LINEAR)
  storeRow(tile + 96, c30, c31, FROM_ZERO, LINEAR)
  storeRow(tile + 128, c40, c41, FROM_ZERO, LINEAR)
  storeRow(tile + 160, c50, c51, FROM_ZERO, LINEAR)
  storeFromTile(rows, column, width, start, activation)
}

/** Takes the sums of a tile that is narrower than 8 columns to where they belong. */
function storeFromTile(rows: usize, column: usize, width: i32, start: i32, activation: i32): void {
  for (let i = 0; i < ROWS; i++) {
    let target = <usize>load<u32>(rows + 4 * i) + column
    let source = tile + 32 * i
    for (let j = 0; j < width; j++, source += 4, target += 4) {
      const sum = start === FROM_OUTPUT ? load<f32>(source) + load<f32>(target) : load<f32>(source)
      store<f32>(target, activateOne(sum, activation))
    }
  }
}
