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
import { madd } from './simd'

/**
 * Gradients of a depthwise convolution: each channel has `multiplier` filters of its own, whose results lie side by side.
 * The filter is [kernelHeight, kernelWidth, channels, multiplier].
 */

/** out[i] += a[i] b[i] for the results of one pixel: dy times the filter, summed over the multiplier, into dx. */
function addToInput(dy: usize, filter: usize, dx: usize, c: i32, multiplier: i32): void {
  if (multiplier === 1) {
    const end: usize = 4 * c
    let at: usize = 0
    for (; at + 16 <= end; at += 16) v128.store(dx + at, madd(v128.load(dy + at), v128.load(filter + at), v128.load(dx + at)))
    for (; at < end; at += 4) store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + at) * load<f32>(filter + at))
    return
  }
  for (let i = 0; i < c; i++, dx += 4) {
    let sum = load<f32>(dx)
    for (let m = 0; m < multiplier; m++, dy += 4, filter += 4) sum += load<f32>(dy) * load<f32>(filter)
    store<f32>(dx, sum)
  }
}

/** sums[i] += x[i] dy[i], where one x meets `multiplier` elements of dy. */
function addToFilter(x: usize, dy: usize, sums: usize, c: i32, multiplier: i32): void {
  if (multiplier === 1) {
    const end: usize = 4 * c
    let at: usize = 0
    for (; at + 16 <= end; at += 16) v128.store(sums + at, madd(v128.load(x + at), v128.load(dy + at), v128.load(sums + at)))
    for (; at < end; at += 4) store<f32>(sums + at, load<f32>(sums + at) + load<f32>(x + at) * load<f32>(dy + at))
    return
  }
  for (let i = 0; i < c; i++, x += 4) {
    const value = load<f32>(x)
    for (let m = 0; m < multiplier; m++, dy += 4, sums += 4) store<f32>(sums, load<f32>(sums) + value * load<f32>(dy))
  }
}

/** dx from dy and the filter. */
export function depthwiseInputGradient(shape: usize, multiplier: i32, dy: usize, filter: usize, dx: usize): void {
  const c = channels(shape)
  const h = height(shape)
  const w = width(shape)
  memory.fill(dx, 0, 4 * images(shape) * h * w * c)
  for (let image = 0; image < images(shape); image++, dx += 4 * h * w * c) {
    for (let row = 0; row < outHeight(shape); row++) {
      for (let column = 0; column < outWidth(shape); column++, dy += 4 * c * multiplier) {
        const top = row * strideHeight(shape) - padTop(shape)
        const left = column * strideWidth(shape) - padLeft(shape)
        for (let kh = max(-top, 0); kh < min(kernelHeight(shape), h - top); kh++) {
          for (let kw = max(-left, 0); kw < min(kernelWidth(shape), w - left); kw++) {
            const tap = filter + 4 * (kh * kernelWidth(shape) + kw) * c * multiplier
            addToInput(dy, tap, dx + 4 * ((top + kh) * w + left + kw) * c, c, multiplier)
          }
        }
      }
    }
  }
}

export function depthwiseGradientBytes(filterSize: i32): i32 {
  return 12 * filterSize + 64
}

/** How many pixels of a row are summed in float32 at most: the sums drift. */
const BLOCK: i32 = 128

/** The filter's gradient from x and dy: pixels of a row are summed in float32, and those sums in float64. */
export function depthwiseFilterGradient(shape: usize, multiplier: i32, x: usize, dy: usize, out: usize, scratch: usize): void {
  const c = channels(shape)
  const h = height(shape)
  const w = width(shape)
  const size = kernelHeight(shape) * kernelWidth(shape) * c * multiplier
  const totals = scratch
  const sums = scratch + 8 * size
  memory.fill(totals, 0, 8 * size)
  for (let image = 0; image < images(shape); image++, x += 4 * h * w * c) {
    for (let row = 0; row < outHeight(shape); row++) {
      const top = row * strideHeight(shape) - padTop(shape)
      for (let first = 0; first < outWidth(shape); first += BLOCK) {
        memory.fill(sums, 0, 4 * size)
        for (let column = first; column < min(first + BLOCK, outWidth(shape)); column++, dy += 4 * c * multiplier) {
          const left = column * strideWidth(shape) - padLeft(shape)
          for (let kh = max(-top, 0); kh < min(kernelHeight(shape), h - top); kh++) {
            for (let kw = max(-left, 0); kw < min(kernelWidth(shape), w - left); kw++) {
              const tap = sums + 4 * (kh * kernelWidth(shape) + kw) * c * multiplier
              addToFilter(x + 4 * ((top + kh) * w + left + kw) * c, dy, tap, c, multiplier)
            }
          }
        }
        for (let i = 0; i < size; i++) store<f64>(totals + 8 * i, load<f64>(totals + 8 * i) + <f64>load<f32>(sums + 4 * i))
      }
    }
  }
  for (let i = 0; i < size; i++) store<f32>(out + 4 * i, <f32>load<f64>(totals + 8 * i))
}
