import { COLUMNS, FROM_BIAS, FROM_OUTPUT, FROM_ZERO, LINEAR, microPatches, ROWS } from './micro'
import { packColumnsOfSix, packPanels } from './pack'

/** Depth of one block: a panel of 8 columns is then 12 kB and stays in the first-level cache. */
export const DEPTH_BLOCK: i32 = 384
/** Rows of one block, packed: 147 kB, for the second-level cache. */
const ROW_BLOCK: i32 = 96
/** Columns of one block, packed. */
const COLUMN_BLOCK: i32 = 512

/** n rounded up to whole panels of 8 columns. */
export function wholePanels(n: i32): i32 {
  return (n + COLUMNS - 1) & ~(COLUMNS - 1)
}

/** Copies n floats and fills up to whole panels with zeros, so that the last tile can load 8 of them. */
export function padWithZeros(out: usize, source: usize, n: i32): void {
  memory.copy(out, source, 4 * <usize>n)
  memory.fill(out + 4 * <usize>n, 0, 4 * <usize>(wholePanels(n) - n))
}

/** How many bytes of scratch memory `gemm` needs for `n` columns. */
export function gemmScratchBytes(n: i32): i32 {
  return 48 + 8 * wholePanels(n) + 4 * DEPTH_BLOCK * (wholePanels(min(n, COLUMN_BLOCK)) + ROW_BLOCK + 1) + 128
}

/**
 * out[m, n] = activation(op(a)[m, k] op(b)[k, n] + bias[n]), all row-major and contiguous. `bias` may be 0.
 * The sums of one output run over k in order, in blocks of 384.
 */
export function gemm(
  a: usize,
  transposeA: bool,
  b: usize,
  transposeB: bool,
  out: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const aRowBytes = 4 * <usize>(transposeA ? m : k),
    bRowBytes = 4 * <usize>(transposeB ? k : n),
    outRowBytes = 4 * <usize>n
  const rows = scratch,
    starts = scratch + 24,
    nowhere = scratch + 48
  const paddedBias = nowhere + 4 * <usize>wholePanels(n)
  const packedB = paddedBias + 4 * <usize>wholePanels(n)
  const offsets = packedB + 4 * <usize>DEPTH_BLOCK * wholePanels(min(n, COLUMN_BLOCK))
  const packedA = offsets + 4 * <usize>DEPTH_BLOCK
  const aStep = transposeA ? 24 : 4
  for (let i: usize = 0; i < <usize>DEPTH_BLOCK; i++) store<u32>(offsets + 4 * i, <u32>(aStep * i))
  if (bias) padWithZeros(paddedBias, bias, n)
  for (let j0 = 0; j0 < n; j0 += COLUMN_BLOCK) {
    const width = min(COLUMN_BLOCK, n - j0)
    let k0 = 0
    do {
      const depth = min(DEPTH_BLOCK, k - k0)
      const last = k0 + depth >= k
      const start = k0 > 0 ? FROM_OUTPUT : bias ? FROM_BIAS : FROM_ZERO
      const blockOfB = b + (transposeB ? <usize>j0 * bRowBytes + 4 * <usize>k0 : <usize>k0 * bRowBytes + 4 * <usize>j0)
      packPanels(blockOfB, bRowBytes, transposeB, depth, width, packedB)
      for (let i0 = 0; i0 < m; i0 += ROW_BLOCK) {
        const height = min(ROW_BLOCK, m - i0)
        if (transposeA) packColumnsOfSix(a + <usize>k0 * aRowBytes + 4 * <usize>i0, aRowBytes, depth, height, packedA)
        for (let i = 0; i < height; i += ROWS) {
          for (let r = 0; r < ROWS; r++) {
            store<u32>(rows + 4 * r, <u32>(i + r < height ? out + <usize>(i0 + i + r) * outRowBytes : nowhere))
          }
          const first = transposeA ? packedA + 4 * <usize>i * depth : a + <usize>(i0 + i) * aRowBytes + 4 * <usize>k0
          const step: usize = transposeA ? 4 : aRowBytes
          for (let r = 0; r < ROWS; r++) store<u32>(starts + 4 * r, <u32>(transposeA || i + r < height ? first + r * step : first))
          for (let j = 0; j < width; j += COLUMNS) {
            microPatches(
              depth,
              starts,
              offsets,
              packedB + 4 * <usize>j * depth,
              32,
              rows,
              4 * <usize>(j0 + j),
              min(COLUMNS, width - j),
              start,
              paddedBias,
              last ? activation : LINEAR,
            )
          }
        }
      }
      k0 += DEPTH_BLOCK
    } while (k0 < k)
  }
}
