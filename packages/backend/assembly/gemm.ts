import { LINEAR } from './bounds'
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { COLUMNS, listRows, listSteps, multiplyBlock, multiplyPackedPanel, wholePanels } from './micro'
import { packColumnsOfSix, packPanels, packSix } from './pack'

/** Depth of a block at most: a panel of columns then stays in the first-level cache, and sums do not drift. */
const DEEPEST: i32 = 400

/** The depth of the blocks that `k` is cut into, as few and as even as can be: a last one of a few would cost as much as a whole one. */
export function depthBlock(k: i32): i32 {
  const blocks = (k + DEEPEST - 1) / DEEPEST
  return blocks < 2 ? k : ((k + blocks - 1) / blocks + 7) & ~7
}

/** Rows of one block, packed: 150 kB, for the second-level cache. */
const ROW_BLOCK: i32 = 96
/** Columns of one block, packed. */
const COLUMN_BLOCK: i32 = 512

/** Copies n floats and fills up to whole panels with zeros, so that the last tile can load all of its columns. */
export function padWithZeros(out: usize, source: usize, n: i32): void {
  memory.copy(out, source, 4 * <usize>n)
  memory.fill(out + 4 * <usize>n, 0, 4 * <usize>(wholePanels(n) - n))
}

/** How many bytes of scratch memory `gemm` needs for `n` columns. */
export function gemmScratchBytes(n: i32): i32 {
  return 8 * (ROW_BLOCK + wholePanels(n)) + 4 * DEEPEST * (wholePanels(min(n, COLUMN_BLOCK)) + ROW_BLOCK + 1) + 192
}

/**
 * out[m, n] = activation(op(a)[m, k] op(b)[k, n] + bias[n]), all row-major, with the bytes from one stored row to the next: the
 * matrices may be parts of wider ones. `bias` may be 0. The sums of one output run over k in order, in blocks of at most 400.
 */
export function gemm(
  a: usize,
  transposeA: bool,
  aRowBytes: usize,
  b: usize,
  transposeB: bool,
  bRowBytes: usize,
  out: usize,
  outRowBytes: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const rows = scratch,
    starts = rows + 4 * ROW_BLOCK,
    nowhere = starts + 4 * ROW_BLOCK
  const paddedBias = nowhere + 4 * <usize>wholePanels(n)
  const packedB = paddedBias + 4 * <usize>wholePanels(n)
  const offsets = packedB + 4 * <usize>DEEPEST * wholePanels(min(n, COLUMN_BLOCK))
  const packedA = offsets + 4 * <usize>DEEPEST
  // A transposed matrix is packed always: its columns would meet in a few lines of the cache.
  const packs = transposeA || n > 64
  const block = depthBlock(k)
  if (!packs) listSteps(offsets, block, 4)
  if (bias) padWithZeros(paddedBias, bias, n)
  for (let j0 = 0; j0 < n; j0 += COLUMN_BLOCK) {
    const width = min(COLUMN_BLOCK, n - j0)
    let k0 = 0
    do {
      const depth = min(block, k - k0)
      const last = k0 + depth >= k
      const start = k0 > 0 ? FROM_OUTPUT : bias ? FROM_BIAS : FROM_ZERO
      const blockOfB = b + (transposeB ? <usize>j0 * bRowBytes + 4 * <usize>k0 : <usize>k0 * bRowBytes + 4 * <usize>j0)
      packPanels(blockOfB, bRowBytes, transposeB, depth, width, packedB)
      for (let i0 = 0; i0 < m; i0 += ROW_BLOCK) {
        const height = min(ROW_BLOCK, m - i0)
        const corner = a + (transposeA ? <usize>k0 * aRowBytes + 4 * <usize>i0 : <usize>i0 * aRowBytes + 4 * <usize>k0)
        listRows(starts, corner, aRowBytes, height, corner)
        listRows(rows, out + <usize>i0 * outRowBytes, outRowBytes, height, nowhere)
        const applied = last ? activation : LINEAR
        if (!packs) {
          multiplyBlock(height, depth, width, starts, offsets, packedB, 0, rows, 4 * <usize>j0, start, paddedBias, applied)
          continue
        }
        if (transposeA) packColumnsOfSix(corner, aRowBytes, depth, height, packedA)
        else packRows(starts, depth, height, packedA)
        for (let j = 0; j < width; j += COLUMNS) {
          const panel = packedB + 4 * <usize>j * depth
          const column = 4 * <usize>(j0 + j)
          const here = min(COLUMNS, width - j)
          multiplyPackedPanel(height, depth, packedA, panel, rows, column, here, start, paddedBias, applied)
        }
      }
      k0 += depth
    } while (k0 < k)
  }
}

function packRows(starts: usize, depth: i32, count: i32, out: usize): void {
  for (let i = 0; i < count; i += ROWS, starts += 4 * ROWS) {
    out = packSix(
      load<u32>(starts),
      load<u32>(starts, 4),
      load<u32>(starts, 8),
      load<u32>(starts, 12),
      load<u32>(starts, 16),
      load<u32>(starts, 20),
      depth,
      out,
    )
  }
}
