/** Adds row i of x[rows, columns] to row ids[i] of out[segments, columns]; ids out of range are left out. The gradient of a look-up. */
export function segmentSum(x: usize, ids: usize, rows: i32, columns: i32, segments: i32, out: usize): void {
  const rowBytes: usize = 4 * columns
  memory.fill(out, 0, segments * rowBytes)
  for (let i = 0; i < rows; i++, x += rowBytes) {
    const id = load<i32>(ids + 4 * i)
    if (id < 0 || id >= segments) continue
    const to = out + id * rowBytes
    let at: usize = 0
    for (; at + 16 <= rowBytes; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)))
    for (; at < rowBytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(x + at))
  }
}
