import { LINEAR, RELU } from './bounds'
import { BOUNDS, tile, ZEROS } from './memory'
import { atMost, put, putPair, relu, take } from './simd'

/** Rows of a tile of sums that is kept in registers. */
export const ROWS: i32 = 6
/** Of one for what such tiles leave over: its sums are just as many as the machine adds to at a time. */
export const FEW_ROWS: i32 = 4

/** What the accumulators of a tile start from. */
export const FROM_ZERO: i32 = 0
export const FROM_OUTPUT: i32 = 1
export const FROM_BIAS: i32 = 2

/** Where the sums of each row of a tile start. A choice among addresses: one among vectors would keep the engine from joining them. */
export function startingSums(start: i32, bias: usize, column: usize): usize {
  return start === FROM_BIAS ? bias + column : tile + ZEROS
}

export function activate(x: v128, activation: i32): v128 {
  if (activation === LINEAR) return x
  const positive = relu(x)
  return activation === RELU ? positive : atMost(positive, 6)
}

/** The bounds that an activation sets, for loops that are better off without a branch: see `bounded`. */
export function leastOf(activation: i32): v128 {
  return v128.load32_splat(tile + BOUNDS + 8 * activation)
}
export function mostOf(activation: i32): v128 {
  return v128.load32_splat(tile + BOUNDS + 8 * activation, 4)
}

/** x, at least `least` and at most `most`; NaN stays NaN. */
export function bounded(x: v128, least: v128, most: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, least), most)
}

export function activateOne(x: f32, activation: i32): f32 {
  return f32x4.extract_lane(activate(f32x4.splat(x), activation), 0)
}

/** What is there already is added last: were it what the sums start from, they would drift with every block. */
export function storeRow(row: usize, left: v128, right: v128, start: i32, activation: i32): void {
  if (start === FROM_OUTPUT) {
    left = f32x4.add(left, v128.load(row))
    right = f32x4.add(right, v128.load(row, 16))
  }
  putPair(row, activate(left, activation), activate(right, activation))
}

/** Takes the sums of a tile to where they belong: `width` columns of `height` rows, which are `tileBytes` apart. */
export function storeFromTile(
  height: i32,
  tileBytes: usize,
  rows: usize,
  column: usize,
  width: i32,
  start: i32,
  activation: i32,
): void {
  let source = tile
  for (let i = 0; i < height; i++, source += tileBytes) {
    const target = <usize>load<u32>(rows + 4 * i) + column
    let j = 0
    for (; j + 8 <= width; j += 8)
      storeRow(target + 4 * j, v128.load(source + 4 * j), v128.load(source + 4 * j, 16), start, activation)
    for (; j < width; j += 4) {
      let sums = v128.load(source + 4 * j)
      if (start === FROM_OUTPUT) sums = f32x4.add(sums, take(target, j, width))
      put(target, j, width, activate(sums, activation))
    }
  }
}
