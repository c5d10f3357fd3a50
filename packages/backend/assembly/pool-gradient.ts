import { coversOnce, hasWindowsOfFour } from './pool'
import {
  channels,
  height,
  images,
  kernelHeight,
  kernelWidth,
  outHeight,
  outWidth,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  width,
} from './shape'
import { putPair } from './simd'

/**
 * Gradients of max and average pooling, channels last. Both walk over the windows in reading order; where the windows cover every
 * position once, what they write need not be added up.
 */

// Where the window of an output row or column begins and ends within the image.
function firstRow(shape: usize, row: i32): i32 {
  return max(row * strideHeight(shape) - padTop(shape), 0)
}
function endRow(shape: usize, row: i32): i32 {
  return min(row * strideHeight(shape) - padTop(shape) + kernelHeight(shape), height(shape))
}
function firstColumn(shape: usize, column: i32): i32 {
  return max(column * strideWidth(shape) - padLeft(shape), 0)
}
function endColumn(shape: usize, column: i32): i32 {
  return min(column * strideWidth(shape) - padLeft(shape) + kernelWidth(shape), width(shape))
}

function imageBytes(shape: usize): usize {
  return 4 * <usize>(height(shape) * width(shape)) * channels(shape)
}

/** dx = dy at the first position of each window that holds its maximum, in reading order; windows may overlap. */
export function maxPoolGradient(shape: usize, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  if (hasWindowsOfFour(shape)) {
    maxPoolGradientOfFour(shape, x, y, dy, dx)
    return
  }
  const once = coversOnce(shape)
  if (!once) memory.fill(dx, 0, <usize>images(shape) * imageBytes(shape))
  for (let image = 0; image < images(shape); image++, x += imageBytes(shape), dx += imageBytes(shape)) {
    for (let row = 0; row < outHeight(shape); row++) {
      const v0 = firstRow(shape, row)
      const v1 = endRow(shape, row)
      for (let column = 0; column < outWidth(shape); column++, y += pixelBytes, dy += pixelBytes) {
        const h0 = firstColumn(shape, column)
        const h1 = endColumn(shape, column)
        let c: usize = 0
        for (; c + 16 <= pixelBytes; c += 16) {
          const most = v128.load(y + c)
          const gradient = v128.load(dy + c)
          let taken = i32x4.splat(0)
          for (let v = v0; v < v1; v++) {
            let at = <usize>v * lineBytes + <usize>h0 * pixelBytes + c
            for (let h = h0; h < h1; h++, at += pixelBytes) {
              const here = v128.andnot(f32x4.eq(v128.load(x + at), most), taken)
              taken = v128.or(taken, here)
              const mine = v128.and(gradient, here)
              v128.store(dx + at, once ? mine : f32x4.add(v128.load(dx + at), mine))
            }
          }
        }
        for (; c < pixelBytes; c += 4) {
          const most = load<f32>(y + c)
          let gradient = load<f32>(dy + c)
          for (let v = v0; v < v1; v++) {
            let at = <usize>v * lineBytes + <usize>h0 * pixelBytes + c
            for (let h = h0; h < h1; h++, at += pixelBytes) {
              const here = load<f32>(x + at) === most
              const mine: f32 = here ? gradient : 0
              if (here) gradient = 0
              store<f32>(dx + at, once ? mine : load<f32>(dx + at) + mine)
            }
          }
        }
      }
    }
  }
}

function maxPoolGradientOfFour(shape: usize, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixel: usize = 4 * channels(shape)
  const line: usize = width(shape) * pixel
  for (let row = 0; row < images(shape) * outHeight(shape); row++, x += line, dx += line) {
    for (let column = 0; column < outWidth(shape); column++, x += pixel, dx += pixel) {
      for (let c: usize = 0; c < pixel; c += 32, x += 32, dx += 32, y += 32, dy += 32) {
        const mostL = v128.load(y),
          mostR = v128.load(y, 16)
        const gradientL = v128.load(dy),
          gradientR = v128.load(dy, 16)
        let takenL = f32x4.eq(v128.load(x), mostL),
          takenR = f32x4.eq(v128.load(x, 16), mostR)
        putPair(dx, v128.and(gradientL, takenL), v128.and(gradientR, takenR))
        let hereL = v128.andnot(f32x4.eq(v128.load(x + pixel), mostL), takenL),
          hereR = v128.andnot(f32x4.eq(v128.load(x + pixel, 16), mostR), takenR)
        putPair(dx + pixel, v128.and(gradientL, hereL), v128.and(gradientR, hereR))
        takenL = v128.or(takenL, hereL)
        takenR = v128.or(takenR, hereR)
        hereL = v128.andnot(f32x4.eq(v128.load(x + line), mostL), takenL)
        hereR = v128.andnot(f32x4.eq(v128.load(x + line, 16), mostR), takenR)
        putPair(dx + line, v128.and(gradientL, hereL), v128.and(gradientR, hereR))
        takenL = v128.or(takenL, hereL)
        takenR = v128.or(takenR, hereR)
        hereL = v128.andnot(f32x4.eq(v128.load(x + line + pixel), mostL), takenL)
        hereR = v128.andnot(f32x4.eq(v128.load(x + line + pixel, 16), mostR), takenR)
        putPair(dx + line + pixel, v128.and(gradientL, hereL), v128.and(gradientR, hereR))
      }
    }
  }
}

/** dx = the sum over the windows that hold a position of dy / the number of the window's positions within the image. */
export function averagePoolGradient(shape: usize, dy: usize, dx: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const once = coversOnce(shape)
  if (!once) memory.fill(dx, 0, <usize>images(shape) * imageBytes(shape))
  for (let image = 0; image < images(shape); image++, dx += imageBytes(shape)) {
    for (let row = 0; row < outHeight(shape); row++) {
      const v0 = firstRow(shape, row)
      const v1 = endRow(shape, row)
      for (let column = 0; column < outWidth(shape); column++, dy += pixelBytes) {
        const h0 = firstColumn(shape, column)
        const h1 = endColumn(shape, column)
        const share: f32 = <f32>1 / <f32>((v1 - v0) * (h1 - h0))
        for (let v = v0; v < v1; v++) {
          let at = dx + <usize>v * lineBytes + <usize>h0 * pixelBytes
          for (let h = h0; h < h1; h++) {
            let c: usize = 0
            for (; c + 16 <= pixelBytes; c += 16, at += 16) {
              const mine = f32x4.mul(v128.load(dy + c), f32x4.splat(share))
              v128.store(at, once ? mine : f32x4.add(v128.load(at), mine))
            }
            for (; c < pixelBytes; c += 4, at += 4) store<f32>(at, (once ? 0 : load<f32>(at)) + share * load<f32>(dy + c))
          }
        }
      }
    }
  }
}
