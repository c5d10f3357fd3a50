import { atMost, put, relu, take } from './simd'

/** Rows of a tile of sums that is kept in registers. */
export const ROWS: i32 = 6

/** What the accumulators of a tile start from. */
export const FROM_ZERO: i32 = 0
export const FROM_OUTPUT: i32 = 1
export const FROM_BIAS: i32 = 2

/** What is applied to the sums before they are stored; 2 stands for the ReLU that ends at 6. */
export const LINEAR: i32 = 0
export const RELU: i32 = 1

/** Where a tile is laid down that is not stored as it is; zeros, as long as a row of it, follow. Set once by `setTile`. */
export let tile: usize = 0
const TILE_BYTES: usize = 384
const ZEROS: usize = 64

/** Gives the kernels 448 bytes of their own. */
export function setTile(address: usize): void {
  tile = address
  memory.fill(tile + TILE_BYTES, 0, ZEROS)
}

/** Where the sums of each row of a tile start. A choice among addresses: one among vectors would keep the engine from joining them. */
export function startingSums(start: i32, bias: usize, column: usize): usize {
  return start === FROM_BIAS ? bias + column : tile + TILE_BYTES
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
export function storeRow(row: usize, left: v128, right: v128, start: i32, activation: i32): void {
  if (start === FROM_OUTPUT) {
    left = f32x4.add(left, v128.load(row))
    right = f32x4.add(right, v128.load(row, 16))
  }
  left = activate(left, activation)
  right = activate(right, activation)
  v128.store(row, left)
  v128.store(row, right, 16)
}

/** Takes the sums of a tile to where they belong: `width` columns, from rows `tileBytes` apart. */
export function storeFromTile(tileBytes: usize, rows: usize, column: usize, width: i32, start: i32, activation: i32): void {
  let source = tile
  for (let i = 0; i < ROWS; i++, source += tileBytes) {
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
