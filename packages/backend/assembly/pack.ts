import { COLUMNS, panelWidth } from './micro'
import { putPair } from './simd'

/**
 * Interleaves six rows: out[k, 6] = rows p0..p5 at k, for k < length. Returns where the next piece goes.
 * Reads up to 12 bytes past each row and writes up to 72 bytes past the result: the next piece overwrites them.
 */
export function packSix(p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, length: i32, out: usize): usize {
  const end = out + 24 * <usize>length
  for (; out < end; out += 96) {
    const r0 = v128.load(p0),
      r1 = v128.load(p1),
      r2 = v128.load(p2),
      r3 = v128.load(p3),
      r4 = v128.load(p4),
      r5 = v128.load(p5)
    const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5),
      low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5),
      low45 = v128.shuffle<i32>(r4, r5, 0, 4, 1, 5)
    const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7),
      high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7),
      high45 = v128.shuffle<i32>(r4, r5, 2, 6, 3, 7)
    v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2))
    v128.store64_lane(out, low45, 0, 16)
    v128.store(out, v128.shuffle<i64>(low01, low23, 1, 3), 24)
    v128.store64_lane(out, low45, 1, 40)
    v128.store(out, v128.shuffle<i64>(high01, high23, 0, 2), 48)
    v128.store64_lane(out, high45, 0, 64)
    v128.store(out, v128.shuffle<i64>(high01, high23, 1, 3), 72)
    v128.store64_lane(out, high45, 1, 88)
    p0 += 16
    p1 += 16
    p2 += 16
    p3 += 16
    p4 += 16
    p5 += 16
  }
  return end
}

/**
 * Adds one row of a matrix that is to be transposed to such panels: element i goes to panel i / 6, where the row has six places. Multiplied by
 * the numbers at `factors`, where that is not 0.
 */
export function packRowOfSix(source: usize, factors: usize, count: i32, out: usize, panelBytes: usize): void {
  for (let i = 0; i < count; i += 6, source += 24, out += panelBytes) {
    let four = v128.load(source),
      two = v128.load64_zero(source, 16)
    if (factors) {
      four = f32x4.mul(four, v128.load(factors))
      two = f32x4.mul(two, v128.load64_zero(factors, 16))
      factors += 24
    }
    v128.store(out, four)
    v128.store64_lane(out, two, 0, 16)
  }
}

/**
 * Packs `depth` x `width` of a matrix to panels: out[panel][k][16 or 8], the last panel filled up with zeros. `transposed` reads element
 * (k, j) at row j, column k.
 */
export function packPanels(source: usize, rowBytes: usize, transposed: bool, depth: i32, width: i32, out: usize): void {
  for (let j = 0; j < width; j += COLUMNS) {
    const columns = min(COLUMNS, width - j)
    if (transposed) packTransposedPanel(source + <usize>j * rowBytes, rowBytes, depth, columns, out)
    else packPanel(source + 4 * <usize>j, rowBytes, depth, columns, out)
    out += 4 * <usize>(depth * panelWidth(columns))
  }
}

function packPanel(source: usize, rowBytes: usize, depth: i32, columns: i32, out: usize): void {
  const panel = panelWidth(columns)
  const panelRow: usize = 4 * panel
  for (let k = 0; k < depth; k++, source += rowBytes, out += panelRow) {
    if (columns === panel) {
      for (let at: usize = 0; at < panelRow; at += 32) putPair(out + at, v128.load(source + at), v128.load(source + at, 16))
    } else {
      for (let j = 0; j < panel; j++) store<f32>(out + 4 * j, j < columns ? load<f32>(source + 4 * j) : 0)
    }
  }
}

function packTransposedPanel(source: usize, rowBytes: usize, depth: i32, columns: i32, out: usize): void {
  const panel = panelWidth(columns)
  const panelRow: usize = 4 * panel
  let k = 0
  if (columns === panel) {
    for (; k + 4 <= depth; k += 4) {
      for (let j = 0; j < columns; j += 4)
        transposeFour(source + <usize>j * rowBytes + 4 * <usize>k, rowBytes, out + <usize>k * panelRow + 4 * <usize>j, panelRow)
    }
  }
  for (; k < depth; k++) {
    const row = out + <usize>k * panelRow
    for (let j = 0; j < panel; j++)
      store<f32>(row + 4 * j, j < columns ? load<f32>(source + <usize>j * rowBytes + 4 * <usize>k) : 0)
  }
}

/** Transposes a 4 x 4 block. */
export function transposeFour(source: usize, rowBytes: usize, out: usize, outBytes: usize): void {
  const r0 = v128.load(source),
    r1 = v128.load(source + rowBytes),
    r2 = v128.load(source + 2 * rowBytes),
    r3 = v128.load(source + 3 * rowBytes)
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5),
    low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5)
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7),
    high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2))
  v128.store(out + outBytes, v128.shuffle<i64>(low01, low23, 1, 3))
  v128.store(out + 2 * outBytes, v128.shuffle<i64>(high01, high23, 0, 2))
  v128.store(out + 3 * outBytes, v128.shuffle<i64>(high01, high23, 1, 3))
}

/**
 * Packs `depth` rows of `count` adjacent elements to panels of six: out[panel][k][6].
 * Reads up to 20 bytes past each row; what it finds there fills rows that do not exist.
 */
export function packColumnsOfSix(source: usize, rowBytes: usize, depth: i32, count: i32, out: usize): void {
  const panelBytes = 24 * <usize>depth
  for (let k = 0; k < depth; k++, source += rowBytes, out += 24) {
    let from = source,
      to = out
    for (let i = 0; i < count; i += 6, from += 24, to += panelBytes) {
      v128.store(to, v128.load(from))
      store<u64>(to, load<u64>(from, 16), 16)
    }
  }
}
