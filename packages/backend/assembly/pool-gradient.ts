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

/** Whether every position belongs to exactly one window. */
function tiles(shape: usize): bool {
  return (
    kernelHeight(shape) === strideHeight(shape) &&
    kernelWidth(shape) === strideWidth(shape) &&
    (padTop(shape) | padLeft(shape)) === 0 &&
    outHeight(shape) * strideHeight(shape) === height(shape) &&
    outWidth(shape) * strideWidth(shape) === width(shape)
  )
}

/** dx = dy at the first position of each window that holds its maximum, in reading order; windows may overlap. */
export function maxPoolGradient(shape: usize, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const once = tiles(shape)
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

/** dx = the sum over the windows that hold a position of dy / the number of the window's positions within the image. */
export function averagePoolGradient(shape: usize, dy: usize, dx: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const once = tiles(shape)
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
