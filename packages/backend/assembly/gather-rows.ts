import { copyRun } from './strided-copy'

/** out[outer, count, columns] = rows ids[count] of x[outer, size, columns], each of which must exist: a look-up of 32-bit elements. */
export function gatherRows(x: usize, ids: usize, outer: i32, size: i32, count: i32, columns: i32, out: usize): void {
  const rowBytes: usize = 4 * columns
  for (let o = 0; o < outer; o++, x += size * rowBytes) {
    for (let i = 0; i < count; i++, out += rowBytes) {
      copyRun(x + <usize>load<i32>(ids + 4 * i) * rowBytes, 4, out, 4, columns)
    }
  }
}
