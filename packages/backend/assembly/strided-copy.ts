import { transposeFour } from './pack'
import { putPair } from './simd'

/**
 * Copies 32-bit elements with any steps through the source and through the result: slices, reversals, tiling and broadcasting (step 0),
 * parts of a larger tensor and transpositions are all this.
 *
 * `shape` holds `rank` sizes, then `rank` steps through the source, then `rank` steps through the result, in elements; rank is at least 1.
 * The order of the axes is free. Fast are a last axis that is adjacent in both, and a last pair of which the first is adjacent in the
 * source and the second in the result.
 */
export function stridedCopy(shape: usize, rank: i32, source: usize, out: usize): void {
  copyAxis(shape, rank, rank, source, out)
}

/** `shape` points at the `left` sizes that remain; the steps of each lie `rank` and twice `rank` places further. */
function copyAxis(shape: usize, rank: i32, left: i32, source: usize, out: usize): void {
  const size = load<i32>(shape)
  const from = load<i32>(shape + 4 * rank)
  const to = load<i32>(shape + 8 * rank)
  const next = shape + 4
  if (left === 1) {
    copyRun(source, 4 * from, out, 4 * to, size)
    return
  }
  if (left === 2) {
    const nextSize = load<i32>(next)
    const nextFrom = load<i32>(next + 4 * rank)
    const nextTo = load<i32>(next + 8 * rank)
    if (from === 1 && nextTo === 1 && nextFrom > 1) {
      transpose(source, 4 * nextFrom, nextSize, out, 4 * to, size)
      return
    }
    for (let i = 0; i < size; i++, source += 4 * from, out += 4 * to) copyRun(source, 4 * nextFrom, out, 4 * nextTo, nextSize)
    return
  }
  for (let i = 0; i < size; i++, source += 4 * from, out += 4 * to) copyAxis(next, rank, left - 1, source, out)
}

/** Copies one axis; the steps are in bytes. */
export function copyRun(source: usize, from: i32, out: usize, to: i32, size: i32): void {
  if (to === 4) {
    if (from === 4) {
      // A line of the cache at a time: of what is far away, more is then asked for at once.
      for (; size >= 16; size -= 16, source += 64, out += 64) {
        putPair(out, v128.load(source), v128.load(source, 16))
        putPair(out + 32, v128.load(source, 32), v128.load(source, 48))
      }
      for (; size >= 4; size -= 4, source += 16, out += 16) v128.store(out, v128.load(source))
    } else if (from === 0) {
      const v = v128.load32_splat(source)
      for (; size >= 4; size -= 4, out += 16) v128.store(out, v)
    }
  }
  for (; size > 0; size--, source += from, out += to) store<u32>(out, load<u32>(source))
}

/** Rows of the source that are read side by side: their elements fill a cache line of the result. */
const BAND: i32 = 16

/** out[columns, rows] = the transposition of source[rows, columns], whose rows lie `rowBytes` apart, and those of the result `outBytes`. */
function transpose(source: usize, rowBytes: usize, rows: i32, out: usize, outBytes: usize, columns: i32): void {
  for (let row = 0; row < rows; row += BAND) {
    const end = min(row + BAND, rows)
    let column = 0
    for (; column + 4 <= columns; column += 4) {
      let from = source + <usize>row * rowBytes + 4 * column
      let to = out + <usize>column * outBytes + 4 * row
      let i = row
      for (; i + 4 <= end; i += 4, from += 4 * rowBytes, to += 16) transposeFour(from, rowBytes, to, outBytes)
      for (; i < end; i++, from += rowBytes, to += 4) {
        store<u32>(to, load<u32>(from))
        store<u32>(to + outBytes, load<u32>(from, 4))
        store<u32>(to + 2 * outBytes, load<u32>(from, 8))
        store<u32>(to + 3 * outBytes, load<u32>(from, 12))
      }
    }
    for (; column < columns; column++) {
      copyRun(source + <usize>row * rowBytes + 4 * column, <i32>rowBytes, out + <usize>column * outBytes + 4 * row, 4, end - row)
    }
  }
}
