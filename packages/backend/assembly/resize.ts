import { channels, height, images, outHeight, outWidth, width } from './shape'
import { madd, put, take } from './simd'
import { copyRun } from './strided-copy'

/**
 * Resized images and their gradients. Which places an axis of the result is made from stands in a table: 16 bytes for each of its places,
 * the two places with their shares; the second is negative where there is none.
 */
const ENTRY: usize = 16

/** Every pixel is a copy of the first place's. */
export function resizeNearest(shape: usize, x: usize, rows: usize, columns: usize, out: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes = <usize>width(shape) * pixelBytes
  const outBytes = <usize>outWidth(shape) * pixelBytes
  for (let image = 0; image < images(shape); image++, x += <usize>height(shape) * lineBytes) {
    let before = -1
    for (let row = 0; row < outHeight(shape); row++, out += outBytes) {
      const from = load<i32>(rows + row * ENTRY)
      if (from === before) {
        memory.copy(out, out - outBytes, outBytes)
        continue
      }
      before = from
      const line = x + <usize>from * lineBytes
      for (let column = 0; column < outWidth(shape); column++) {
        const source = line + <usize>load<i32>(columns + column * ENTRY) * pixelBytes
        copyRun(source, 4, out + column * pixelBytes, 4, channels(shape))
      }
    }
  }
}

/**
 * dx from dy, whatever the shares: a line of dy is first gathered to the width of x, and then added to its lines, so that few numbers are
 * added one after the other. `scratch`: a line of x.
 */
export function resizeGradient(shape: usize, dy: usize, rows: usize, columns: usize, dx: usize, scratch: usize): void {
  const c = channels(shape)
  const pixelBytes: usize = 4 * c
  const numbers = width(shape) * c
  const lineBytes = <usize>width(shape) * pixelBytes
  for (let image = 0; image < images(shape); image++, dx += <usize>height(shape) * lineBytes) {
    memory.fill(dx, 0, <usize>height(shape) * lineBytes)
    for (let row = 0; row < outHeight(shape); row++) {
      memory.fill(scratch, 0, lineBytes)
      for (let column = 0; column < outWidth(shape); column++, dy += pixelBytes) {
        addShares(columns + column * ENTRY, dy, scratch, pixelBytes, c)
      }
      addShares(rows + row * ENTRY, scratch, dx, lineBytes, numbers)
    }
  }
}

/** Adds n numbers, by their shares, to the one or two places of an entry, that lie `step` bytes apart. */
function addShares(entry: usize, x: usize, out: usize, step: usize, n: i32): void {
  add(x, load<f32>(entry, 8), out + <usize>load<i32>(entry) * step, n)
  const second = load<i32>(entry, 4)
  if (second >= 0) add(x, load<f32>(entry, 12), out + <usize>second * step, n)
}

function add(x: usize, share: f32, out: usize, n: i32): void {
  const shares = f32x4.splat(share)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = 4 * <usize>i
    v128.store(out + at, madd(v128.load(x + at), shares, v128.load(out + at)))
  }
  if (i < n) put(out, i, n, madd(take(x, i, n), shares, take(out, i, n)))
}
