import { addRow } from './elementwise'
import { put, take } from './simd'

/** How many rows the fullest of the segments gets. `counts`: memory for a number of each segment. */
export function mostInSegment(ids: usize, rows: i32, segments: i32, counts: usize): i32 {
  memory.fill(counts, 0, 4 * <usize>segments)
  let most = 0
  for (let i = 0; i < rows; i++) {
    const id = load<i32>(ids + 4 * i)
    if (id < 0 || id >= segments) continue
    const count = counts + 4 * <usize>id
    store<i32>(count, load<i32>(count) + 1)
    most = max(most, load<i32>(count))
  }
  return most
}

/**
 * Adds row i of x[rows, columns] to row ids[i] of out[segments, columns]; ids out of range are left out. The gradient of a look-up. Rows of x lie
 * `xBytes` apart, ids `idStep`, so that the columns of a table may lie side by side.
 *
 * Sums of many rows drift. `losses`, memory as long as out, then keeps what rounding has taken from each (Kahan 1965); it may be 0.
 */
export function segmentSum(
  x: usize,
  xBytes: usize,
  ids: usize,
  idStep: usize,
  rows: i32,
  columns: i32,
  segments: i32,
  out: usize,
  losses: usize,
): void {
  const rowBytes: usize = 4 * columns
  const bytes = <usize>segments * rowBytes
  memory.fill(out, 0, bytes)
  if (losses) memory.fill(losses, 0, bytes)
  for (let i = 0; i < rows; i++, x += xBytes, ids += idStep) {
    const id = load<i32>(ids)
    if (id < 0 || id >= segments) continue
    const to = out + <usize>id * rowBytes
    if (!losses) {
      addRow(to, x, to, 1, columns)
      continue
    }
    const lost = losses + <usize>id * rowBytes
    for (let j = 0; j < columns; j += 4) {
      const old = take(to, j, columns)
      const more = f32x4.sub(take(x, j, columns), take(lost, j, columns))
      const sum = f32x4.add(old, more)
      const loss = f32x4.sub(f32x4.sub(sum, old), more)
      // Of a sum that has become infinite nothing is kept, or the next number would make it NaN.
      const none = f32x4.sub(loss, loss)
      put(lost, j, columns, v128.and(loss, f32x4.eq(none, none)))
      put(to, j, columns, sum)
    }
  }
}
