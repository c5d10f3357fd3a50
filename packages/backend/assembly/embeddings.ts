import { put, take } from './simd'
import { copyRun } from './strided-copy'

/**
 * One column of codes looked up in its table: out[i] = table[codes[i]] for rows of `width` numbers. Codes lie `codeStep` bytes apart, rows
 * of the result `outBytes`, so that the columns of a table lie side by side.
 */
export function embed(table: usize, codes: usize, codeStep: usize, rows: i32, width: i32, out: usize, outBytes: usize): void {
  for (let i = 0; i < rows; i++, codes += codeStep, out += outBytes) {
    copyRun(table + <usize>load<i32>(codes) * (4 * <usize>width), 4, out, 4, width)
  }
}

/**
 * Its gradient: out[codes[i]] += dy[i]. `losses`, as long as out, keeps what rounding has taken from each sum (Kahan 1965).
 */
export function embedGradient(
  dy: usize,
  dyBytes: usize,
  codes: usize,
  codeStep: usize,
  rows: i32,
  width: i32,
  categories: i32,
  out: usize,
  losses: usize,
): void {
  const rowBytes: usize = 4 * width
  memory.fill(out, 0, <usize>categories * rowBytes)
  memory.fill(losses, 0, <usize>categories * rowBytes)
  for (let i = 0; i < rows; i++, codes += codeStep, dy += dyBytes) {
    const at = <usize>load<i32>(codes) * rowBytes
    for (let j = 0; j < width; j += 4) {
      const old = take(out + at, j, width)
      const more = f32x4.sub(take(dy, j, width), take(losses + at, j, width))
      const sum = f32x4.add(old, more)
      const loss = f32x4.sub(f32x4.sub(sum, old), more)
      // Of a sum that has become infinite nothing is kept, or the next number would make it NaN.
      const none = f32x4.sub(loss, loss)
      put(losses + at, j, width, v128.and(loss, f32x4.eq(none, none)))
      put(out + at, j, width, sum)
    }
  }
}
