import { activateOne, ROWS } from './epilogue'
import { microDots, microOuter, sumsOfVectors } from './micro'
import { NARROW } from './tile'

/**
 * Convolutions with up to four output channels, the last one of a small network: a tile of eight columns would multiply mostly zeros.
 * Vectors run along the input's channels instead, four of a patch at a time: a quad.
 */
export function hasFewChannels(channels: i32, outChannels: i32): bool {
  return outChannels <= 4 && channels % 4 === 0
}

/** From the offsets of a patch's elements those of its quads, filled up to whole tiles with 0. */
export function listQuads(offsets: usize, depth: i32, out: usize): void {
  for (let k = 0; k < depth; k += 4, offsets += 16, out += 4) store<u32>(out, load<u32>(offsets))
  for (let i = 0; i < ROWS; i++) store<u32>(out + 4 * i, 0)
}

export function pairsBytes(depth: i32, n: i32): i32 {
  return 4 * depth * ((n + 1) & ~1)
}

/** A filter as `packFilter` packs it, in one narrow panel, to pairs of columns: out[pair][quad][2][4]. */
export function packPairs(filter: usize, depth: i32, n: i32, out: usize): void {
  for (let j = 0; j < n; j += 2) {
    for (let k = 0; k < depth; k += 4) {
      for (let i = 0; i < 8; i++, out += 4)
        store<f32>(out, load<f32>(filter + 4 * <usize>(NARROW * (k + (i & 3)) + j + (i >> 2))))
    }
  }
}

/** Quads summed at once: the sums of blocks are added to one another, so that long ones do not drift. */
const QUAD_BLOCK: i32 = 96

/** The products of `count` patches with the filter: tables as for `multiplyBlock`, offsets of quads. */
export function multiplyFew(
  count: i32,
  depth: i32,
  n: i32,
  starts: usize,
  quads: usize,
  pairs: usize,
  rows: usize,
  bias: usize,
  activation: i32,
): void {
  for (let i: usize = 0; i < 4 * <usize>count; i += 4 * ROWS) {
    for (let j = 0; j < n; j += 2) {
      let q = 0
      do {
        const block = min(QUAD_BLOCK, depth / 4 - q)
        microDots(block, starts + i, quads + 4 * q, pairs + 4 * <usize>(j * depth + 8 * q))
        const last = 4 * (q + block) >= depth
        for (let r = 0; r < ROWS; r++) {
          const row: usize = load<u32>(rows + i + 4 * r)
          for (let column = j; column < min(j + 2, n); column++) {
            const before = q > 0 ? load<f32>(row + 4 * column) : bias ? load<f32>(bias + 4 * column) : 0
            const sum = before + sumOf(v128.load(sumsOfVectors(r, column - j)))
            store<f32>(row + 4 * column, last ? activateOne(sum, activation) : sum)
          }
        }
        q += QUAD_BLOCK
      } while (4 * q < depth)
    }
  }
}

function sumOf(v: v128): f32 {
  const half = f32x4.add(v, v128.shuffle<i64>(v, v, 1, 0))
  return f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1)
}

/** out[depth, n] += sum over `count` pixels of patch^T gradient. `gradient` is [count, n]. */
export function addGradientOfFew(
  count: i32,
  depth: i32,
  n: i32,
  quads: usize,
  patches: usize,
  gradient: usize,
  out: usize,
): void {
  for (let q = 0; q < depth / 4; q += ROWS) {
    for (let j = 0; j < n; j += 2) {
      microOuter(count, quads + 4 * q, patches, gradient + 4 * j, 4 * n)
      for (let r = 0; r < min(ROWS, depth / 4 - q); r++) {
        for (let column = j; column < min(j + 2, n); column++) {
          const sums = sumsOfVectors(r, column - j)
          let target = out + 4 * <usize>(4 * (q + r) * n + column)
          for (let lane = 0; lane < 4; lane++, target += 4 * n) store<f32>(target, load<f32>(target) + load<f32>(sums + 4 * lane))
        }
      }
    }
  }
}
