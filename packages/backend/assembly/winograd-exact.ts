import { activate } from './epilogue'
import { channels, height, images, outChannels, outHeight, outWidth, padLeft, padTop, width } from './shape'
import { madd } from './simd'

/**
 * Winograd's transforms mix the pixels of a tile, and an infinity among them would turn the whole tile into NaN. Where a result is not
 * finite, it is summed again the direct way, which touches only what the filter touches.
 */

/** Nothing brings a NaN back: where all of a sum is lost, the rest of it can be left out. */
function isNaNs(sum: v128): bool {
  return !v128.any_true(f32x4.eq(sum, sum))
}

/** Up to 4x4 output pixels; `patch` is their corner in the padded image. */
export function exactTile(
  patch: usize,
  patchLine: usize,
  c: i32,
  filter: usize,
  n: i32,
  out: usize,
  lineBytes: usize,
  rowsHere: i32,
  columnsHere: i32,
  bias: usize,
  activation: i32,
): void {
  const pixel: usize = 4 * n
  for (let i = 0; i < rowsHere; i++) {
    for (let j = 0; j < columnsHere; j++) {
      const corner = patch + i * patchLine + 4 * <usize>(j * c)
      const to = out + i * lineBytes + j * pixel
      for (let at: usize = 0; at < pixel; at += 16) {
        let sum = v128.load(bias + at)
        for (let tap = 0; tap < 9 && !isNaNs(sum); tap++) {
          let x = corner + (tap / 3) * patchLine + 4 * <usize>((tap % 3) * c)
          let w = filter + at + <usize>(tap * c) * pixel
          for (let k = 0; k < c; k++, x += 4, w += pixel) sum = madd(v128.load32_splat(x), v128.load(w), sum)
        }
        v128.store(to + at, activate(sum, activation))
      }
    }
  }
}

/** The gradient of the filter [3, 3, channels, outChannels] by one input channel and four output channels from `n0`. */
export function exactFilterGradient(shape: usize, source: usize, gradient: usize, channel: i32, n0: i32, out: usize): void {
  const c = channels(shape)
  const n = outChannels(shape)
  for (let tap = 0; tap < 9; tap++) {
    const up = tap / 3 - padTop(shape)
    const left = (tap % 3) - padLeft(shape)
    let sum = f32x4.splat(0)
    for (let line = 0; line < images(shape) * outHeight(shape) && !isNaNs(sum); line++) {
      const row = (line % outHeight(shape)) + up
      if (row < 0 || row >= height(shape)) continue
      const sourceLine = (line / outHeight(shape)) * height(shape) + row
      const first = max(0, -left)
      const last = min(outWidth(shape), width(shape) - left)
      let x = source + 4 * <usize>((sourceLine * width(shape) + first + left) * c + channel)
      let dy = gradient + 4 * <usize>((line * outWidth(shape) + first) * n + n0)
      for (let i = first; i < last; i++, x += 4 * c, dy += 4 * n) sum = madd(v128.load32_splat(x), v128.load(dy), sum)
    }
    v128.store(out + 4 * <usize>((tap * c + channel) * n + n0), sum)
  }
}
