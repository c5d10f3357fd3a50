import { activate, bounded, leastOf, mostOf } from './epilogue'
import { tile, ZEROS } from './memory'
import {
  channels,
  dilationHeight,
  dilationWidth,
  height,
  images,
  kernelHeight,
  kernelWidth,
  outChannels,
  outHeight,
  outWidth,
  padLeft,
  padTop,
  strideHeight,
  strideWidth,
  width,
} from './shape'
import { madd, putPair, zero } from './simd'

/**
 * Depthwise convolution: each channel has `multiplier` filters of its own, whose results lie side by side. The filter is
 * [kernelHeight, kernelWidth, channels, multiplier]. Taps beyond the edge of the image are left out.
 *
 * All of it is vectors. Where a channel has several filters, an image is first laid down with each channel that many times, so that
 * every result has a channel of its own. Where there are few channels, four adjacent pixels are taken for one with four times as many.
 */

const FEW: i32 = 8

function spreadBytes(shape: usize, multiplier: i32): i32 {
  return multiplier > 1 ? 4 * height(shape) * width(shape) * outChannels(shape) : 0
}

export function depthwiseScratchBytes(shape: usize, multiplier: i32): i32 {
  const n = outChannels(shape)
  return spreadBytes(shape, multiplier) + (n < FEW ? 16 * n * (kernelHeight(shape) * kernelWidth(shape) + 1) : 0)
}

/** Lays every number down `multiplier` times. */
function spread(x: usize, n: i32, multiplier: i32, out: usize): void {
  for (let i = 0; i < n; i++, x += 4) {
    const value = load<f32>(x)
    for (let m = 0; m < multiplier; m++, out += 4) store<f32>(out, value)
  }
}

/** Lays every group of `size` numbers down four times. */
function repeat(x: usize, groups: i32, size: i32, out: usize): void {
  const bytes: usize = 4 * size
  for (let i = 0; i < groups; i++, x += bytes, out += 4 * bytes) {
    for (let copy = 0; copy < 4; copy++) memory.copy(out + copy * bytes, x, bytes)
  }
}

/** The first tap that lies within the image, for a filter that begins at `start`. */
function firstTap(start: i32, dilation: i32): i32 {
  return start < 0 ? (dilation - 1 - start) / dilation : 0
}
/** One after the last of them. */
function endTap(start: i32, size: i32, taps: i32, dilation: i32): i32 {
  return size > start ? min(taps, (size - start + dilation - 1) / dilation) : 0
}

/** out = activation(conv(x, filter) + bias), [images, outHeight, outWidth, channels * multiplier]. bias may be 0. */
export function depthwise(
  shape: usize,
  multiplier: i32,
  x: usize,
  filter: usize,
  out: usize,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const h = height(shape)
  const w = width(shape)
  const pixelBytes: usize = 4 * outChannels(shape)
  const lineStep = <usize>(dilationHeight(shape) * w) * pixelBytes
  const tapStep = <usize>dilationWidth(shape) * pixelBytes
  const step = <usize>strideWidth(shape) * pixelBytes
  const taps = kernelWidth(shape)
  const imageBytes = 4 * <usize>(h * w) * channels(shape)
  const few = outChannels(shape) < FEW
  const together = !few || step === pixelBytes
  const wideFilter = scratch + spreadBytes(shape, multiplier)
  const wideBias = wideFilter + 4 * <usize>(kernelHeight(shape) * taps) * pixelBytes
  if (few && together) {
    repeat(filter, kernelHeight(shape) * taps, outChannels(shape), wideFilter)
    if (bias) repeat(bias, 1, outChannels(shape), wideBias)
  }
  for (let image = 0; image < images(shape); image++, x += imageBytes) {
    let source = x
    if (multiplier > 1) {
      spread(x, h * w * channels(shape), multiplier, scratch)
      source = scratch
    }
    for (let row = 0; row < outHeight(shape); row++) {
      const top = row * strideHeight(shape) - padTop(shape)
      const v0 = firstTap(top, dilationHeight(shape))
      const lines = endTap(top, h, kernelHeight(shape), dilationHeight(shape)) - v0
      const line = source + <usize>((top + v0 * dilationHeight(shape)) * w) * pixelBytes
      const tapLine = filter + <usize>(v0 * taps) * pixelBytes
      for (let column = 0; column < outWidth(shape); ) {
        const left = column * strideWidth(shape) - padLeft(shape)
        const h0 = firstTap(left, dilationWidth(shape))
        const count = endTap(left, w, taps, dilationWidth(shape)) - h0
        const corner = line + (left + h0 * dilationWidth(shape)) * <i32>pixelBytes
        // Four pixels of which none meets an edge share the loads of the filter.
        const last = left + 3 * strideWidth(shape)
        const inside = count === taps && endTap(last, w, taps, dilationWidth(shape)) === taps
        const four = together && inside && column + 4 <= outWidth(shape)
        if (!four) {
          const tap = tapLine + <usize>h0 * pixelBytes
          onePixel(corner, lines, lineStep, count, tapStep, tap, <usize>taps * pixelBytes, pixelBytes, bias, activation, out)
        } else if (few) {
          const tap = wideFilter + 4 * (tapLine - filter)
          const wide = 4 * pixelBytes
          onePixel(corner, lines, lineStep, taps, tapStep, tap, <usize>taps * wide, wide, bias ? wideBias : 0, activation, out)
        } else if (taps === 3 && step === pixelBytes && tapStep === pixelBytes) {
          fourPixelsOfThree(corner, lines, lineStep, tapLine, pixelBytes, bias, activation, out)
        } else fourPixels(corner, step, lines, lineStep, taps, tapStep, tapLine, pixelBytes, bias, activation, out)
        column += four ? 4 : 1
        out += four ? 4 * pixelBytes : pixelBytes
      }
    }
  }
}

/** One pixel, whose filter may be cut at an edge. */
function onePixel(
  corner: usize,
  lines: i32,
  lineStep: usize,
  taps: i32,
  tapStep: usize,
  filter: usize,
  filterLine: usize,
  pixelBytes: usize,
  bias: usize,
  activation: i32,
  out: usize,
): void {
  const narrow = pixelBytes < 16
  for (let c: usize = 0; c < pixelBytes; c += narrow ? 4 : 16) {
    // The last four channels may overlap the ones before. Fewer than four go one by one.
    if (!narrow) c = min(c, pixelBytes - 16)
    let a = !bias ? zero() : narrow ? v128.load32_splat(bias + c) : v128.load(bias + c)
    let line = corner + c
    let tapLine = filter + c
    for (let v = 0; v < lines; v++, line += lineStep, tapLine += filterLine) {
      let at = line
      let tap = tapLine
      if (narrow) {
        for (let i = 0; i < taps; i++, at += tapStep, tap += pixelBytes) {
          a = madd(v128.load32_splat(at), v128.load32_splat(tap), a)
        }
      } else {
        for (let i = 0; i < taps; i++, at += tapStep, tap += pixelBytes) a = madd(v128.load(at), v128.load(tap), a)
      }
    }
    a = activate(a, activation)
    if (narrow) v128.store32_lane(out + c, a, 0)
    else v128.store(out + c, a)
  }
}

/** Four adjacent pixels of at least eight channels; their patches lie `step` bytes apart and hold all `taps` of a line of the filter. */
function fourPixels(
  corner: usize,
  step: usize,
  lines: i32,
  lineStep: usize,
  taps: i32,
  tapStep: usize,
  filter: usize,
  pixelBytes: usize,
  bias: usize,
  activation: i32,
  out: usize,
): void {
  const least = leastOf(activation)
  const most = mostOf(activation)
  for (let c: usize = 0; c < pixelBytes; c += 32) {
    // The last eight channels may overlap the ones before.
    c = min(c, pixelBytes - 32)
    const start = bias ? bias + c : tile + ZEROS
    let a0 = v128.load(start)
    let a1 = v128.load(start, 16)
    let b0 = a0
    let b1 = a1
    let c0 = a0
    let c1 = a1
    let d0 = a0
    let d1 = a1
    let line = corner + c
    let tap = filter + c
    for (let v = 0; v < lines; v++, line += lineStep) {
      let at = line
      for (let i = 0; i < taps; i++, at += tapStep, tap += pixelBytes) {
        const f0 = v128.load(tap)
        const f1 = v128.load(tap, 16)
        a0 = madd(v128.load(at), f0, a0)
        a1 = madd(v128.load(at, 16), f1, a1)
        let p = at + step
        b0 = madd(v128.load(p), f0, b0)
        b1 = madd(v128.load(p, 16), f1, b1)
        p += step
        c0 = madd(v128.load(p), f0, c0)
        c1 = madd(v128.load(p, 16), f1, c1)
        p += step
        d0 = madd(v128.load(p), f0, d0)
        d1 = madd(v128.load(p, 16), f1, d1)
      }
    }
    let to = out + c
    putPair(to, bounded(a0, least, most), bounded(a1, least, most))
    to += pixelBytes
    putPair(to, bounded(b0, least, most), bounded(b1, least, most))
    to += pixelBytes
    putPair(to, bounded(c0, least, most), bounded(c1, least, most))
    to += pixelBytes
    putPair(to, bounded(d0, least, most), bounded(d1, least, most))
  }
}

/** The same for three taps a line and patches that are one pixel apart: a pixel that is read meets all the taps it has a part in. */
function fourPixelsOfThree(
  corner: usize,
  lines: i32,
  lineStep: usize,
  filter: usize,
  pixelBytes: usize,
  bias: usize,
  activation: i32,
  out: usize,
): void {
  const least = leastOf(activation)
  const most = mostOf(activation)
  for (let c: usize = 0; c < pixelBytes; c += 32) {
    c = min(c, pixelBytes - 32)
    const start = bias ? bias + c : tile + ZEROS
    let a0 = v128.load(start)
    let a1 = v128.load(start, 16)
    let b0 = a0
    let b1 = a1
    let c0 = a0
    let c1 = a1
    let d0 = a0
    let d1 = a1
    let line = corner + c
    let tap = filter + c
    for (let v = 0; v < lines; v++, line += lineStep) {
      const f0 = v128.load(tap)
      const f1 = v128.load(tap, 16)
      tap += pixelBytes
      const g0 = v128.load(tap)
      const g1 = v128.load(tap, 16)
      tap += pixelBytes
      const h0 = v128.load(tap)
      const h1 = v128.load(tap, 16)
      tap += pixelBytes
      let at = line
      let x0 = v128.load(at)
      let x1 = v128.load(at, 16)
      a0 = madd(x0, f0, a0)
      a1 = madd(x1, f1, a1)
      at += pixelBytes
      x0 = v128.load(at)
      x1 = v128.load(at, 16)
      a0 = madd(x0, g0, a0)
      a1 = madd(x1, g1, a1)
      b0 = madd(x0, f0, b0)
      b1 = madd(x1, f1, b1)
      at += pixelBytes
      x0 = v128.load(at)
      x1 = v128.load(at, 16)
      a0 = madd(x0, h0, a0)
      a1 = madd(x1, h1, a1)
      b0 = madd(x0, g0, b0)
      b1 = madd(x1, g1, b1)
      c0 = madd(x0, f0, c0)
      c1 = madd(x1, f1, c1)
      at += pixelBytes
      x0 = v128.load(at)
      x1 = v128.load(at, 16)
      b0 = madd(x0, h0, b0)
      b1 = madd(x1, h1, b1)
      c0 = madd(x0, g0, c0)
      c1 = madd(x1, g1, c1)
      d0 = madd(x0, f0, d0)
      d1 = madd(x1, f1, d1)
      at += pixelBytes
      x0 = v128.load(at)
      x1 = v128.load(at, 16)
      c0 = madd(x0, h0, c0)
      c1 = madd(x1, h1, c1)
      d0 = madd(x0, g0, d0)
      d1 = madd(x1, g1, d1)
      at += pixelBytes
      x0 = v128.load(at)
      x1 = v128.load(at, 16)
      d0 = madd(x0, h0, d0)
      d1 = madd(x1, h1, d1)
    }
    let to = out + c
    putPair(to, bounded(a0, least, most), bounded(a1, least, most))
    to += pixelBytes
    putPair(to, bounded(b0, least, most), bounded(b1, least, most))
    to += pixelBytes
    putPair(to, bounded(c0, least, most), bounded(c1, least, most))
    to += pixelBytes
    putPair(to, bounded(d0, least, most), bounded(d1, least, most))
  }
}
