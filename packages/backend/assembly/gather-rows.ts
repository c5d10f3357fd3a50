import { copyRun } from './strided-copy'

/**
 * out[batch, outer, count, columns] = the rows ids[batch, count] of x[batch, outer, size, columns], each of which must exist: a look-up of
 * 32-bit elements.
 */
export function gatherRows(x: usize, ids: usize, batch: i32, outer: i32, size: i32, count: i32, columns: i32, out: usize): void {
  const rowBytes: usize = 4 * columns
  for (let b = 0; b < batch; b++, ids += 4 * count) {
    for (let o = 0; o < outer; o++, x += size * rowBytes) {
      for (let i = 0; i < count; i++, out += rowBytes) {
        copyRun(x + <usize>load<i32>(ids + 4 * i) * rowBytes, 4, out, 4, columns)
      }
    }
  }
}
