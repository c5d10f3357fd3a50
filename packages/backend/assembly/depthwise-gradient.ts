import { depthwise } from './depthwise'
import { addToTotals } from './reduce'
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
  SHAPE_BYTES,
  setShape,
  strideHeight,
  strideWidth,
  width,
} from './shape'
import { madd, putPair, zero } from './simd'

/**
 * Gradients of a depthwise convolution: each channel has `multiplier` filters of its own, whose results lie side by side.
 * The filter is [kernelHeight, kernelWidth, channels, multiplier]. Sums stay in registers where there is one filter a channel and there
 * are eight channels at least; what is added, and in which order, is the same everywhere.
 */

const WIDE: i32 = 8

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

/** Of the turned filter, which a gradient that no stride thins out is convolved with; at least what a depthwise convolution needs besides. */
export function depthwiseInputScratchBytes(shape: usize): i32 {
  const filterBytes = 4 * kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  return filterBytes + 16 * WIDE * (kernelHeight(shape) * kernelWidth(shape) + 1)
}

/** dx from dy and the filter. 64 bytes behind the shape are written to. */
export function depthwiseInputGradient(shape: usize, multiplier: i32, dy: usize, filter: usize, dx: usize, scratch: usize): void {
  if (multiplier === 1 && strideHeight(shape) === 1 && strideWidth(shape) === 1) convolveTurned(shape, dy, filter, dx, scratch)
  else if (multiplier === 1 && channels(shape) >= WIDE) collect(shape, dy, filter, dx)
  else scatter(shape, multiplier, dy, filter, dx)
}

function scatter(shape: usize, multiplier: i32, dy: usize, filter: usize, dx: usize): void {
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

function convolveTurned(shape: usize, dy: usize, filter: usize, dx: usize, scratch: usize): void {
  const c = channels(shape)
  const taps = kernelHeight(shape) * kernelWidth(shape)
  const bytes: usize = 4 * c
  for (let tap = 0; tap < taps; tap++) memory.copy(scratch + tap * bytes, filter + (taps - 1 - tap) * bytes, bytes)
  const turned = shape + SHAPE_BYTES
  setShape(
    turned,
    images(shape),
    outHeight(shape),
    outWidth(shape),
    c,
    height(shape),
    width(shape),
    c,
    kernelHeight(shape),
    kernelWidth(shape),
    kernelHeight(shape) - 1 - padTop(shape),
    kernelWidth(shape) - 1 - padLeft(shape),
  )
  depthwise(turned, 1, dy, scratch, dx, 0, 0, scratch + taps * bytes)
}

/** Each pixel of dx collects what reaches it: with strides, every so many taps of the filter, from the last one back. */
function collect(shape: usize, dy: usize, filter: usize, dx: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const taps = kernelWidth(shape)
  const lineStep = <usize>outWidth(shape) * pixelBytes
  const tapLine = <usize>(strideHeight(shape) * taps) * pixelBytes
  const tapStep = <usize>strideWidth(shape) * pixelBytes
  for (let image = 0; image < images(shape); image++, dy += <usize>outHeight(shape) * lineStep) {
    for (let row = 0; row < height(shape); row++) {
      const kh = (row + padTop(shape)) % strideHeight(shape)
      const y = (row + padTop(shape)) / strideHeight(shape)
      const firstLine = max(0, y - outHeight(shape) + 1)
      const lastLine = min((kernelHeight(shape) - 1 - kh + strideHeight(shape)) / strideHeight(shape) - 1, y)
      for (let column = 0; column < width(shape); column++, dx += pixelBytes) {
        const kw = (column + padLeft(shape)) % strideWidth(shape)
        const x = (column + padLeft(shape)) / strideWidth(shape)
        const firstTap = max(0, x - outWidth(shape) + 1)
        const lastTap = min((taps - 1 - kw + strideWidth(shape)) / strideWidth(shape) - 1, x)
        const corner = dy + <usize>(y - lastLine) * lineStep + <usize>(x - lastTap) * pixelBytes
        const tap =
          filter + <usize>((kh + lastLine * strideHeight(shape)) * taps + kw + lastTap * strideWidth(shape)) * pixelBytes
        for (let c: usize = 0; c < pixelBytes; c += 32) {
          // The last eight channels may overlap the ones before.
          c = min(c, pixelBytes - 32)
          let a = zero()
          let b = zero()
          let line = corner + c
          let from = tap + c
          for (let v = firstLine; v <= lastLine; v++, line += lineStep, from -= tapLine) {
            let at = line
            let factor = from
            for (let i = firstTap; i <= lastTap; i++, at += pixelBytes, factor -= tapStep) {
              a = madd(v128.load(at), v128.load(factor), a)
              b = madd(v128.load(at, 16), v128.load(factor, 16), b)
            }
          }
          putPair(dx + c, a, b)
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
  const pixelBytes: usize = 4 * c
  const size = kernelHeight(shape) * kernelWidth(shape) * c * multiplier
  const totals = scratch
  const sums = scratch + 8 * size
  const inRegisters = multiplier === 1 && c >= WIDE
  memory.fill(totals, 0, 8 * size)
  for (let image = 0; image < images(shape); image++, x += <usize>(h * w) * pixelBytes) {
    for (let row = 0; row < outHeight(shape); row++) {
      const top = row * strideHeight(shape) - padTop(shape)
      for (let first = 0; first < outWidth(shape); first += BLOCK) {
        const count = min(BLOCK, outWidth(shape) - first)
        memory.fill(sums, 0, 4 * size)
        for (let kh = max(-top, 0); kh < min(kernelHeight(shape), h - top); kh++) {
          const line = x + <usize>((top + kh) * w) * pixelBytes
          const left = first * strideWidth(shape) - padLeft(shape)
          const tapBytes = pixelBytes * multiplier
          const tapLine = sums + <usize>(kh * kernelWidth(shape)) * tapBytes
          for (let kw = 0; kw < kernelWidth(shape); ) {
            const three = inRegisters && kw + 3 <= kernelWidth(shape)
            const at = left + kw
            // Columns of which all taps lie within the image: from `begin` to before `end`. One tap has no others.
            const begin = min(at < 0 ? (strideWidth(shape) - 1 - at) / strideWidth(shape) : 0, count)
            const beyond = w - at - (three ? 2 : 0)
            const end = max(begin, beyond > 0 ? min((beyond + strideWidth(shape) - 1) / strideWidth(shape), count) : 0)
            const tap = tapLine + kw * tapBytes
            if (three) {
              const step = <usize>strideWidth(shape) * pixelBytes
              edges(line, at, w, strideWidth(shape), 0, begin, dy, tap, c)
              threeTaps(line + at * <i32>pixelBytes + begin * step, step, dy + begin * pixelBytes, end - begin, tap, c)
              edges(line, at, w, strideWidth(shape), end, count, dy, tap, c)
              kw += 3
            } else {
              for (let i = begin; i < end; i++) {
                addToFilter(line + (at + i * strideWidth(shape)) * <i32>pixelBytes, dy + i * tapBytes, tap, c, multiplier)
              }
              kw++
            }
          }
        }
        dy += count * pixelBytes * multiplier
        let i = 0
        for (; i + 4 <= size; i += 4) addToTotals(totals + 8 * i, v128.load(sums + 4 * i))
        for (; i < size; i++) store<f64>(totals + 8 * i, load<f64>(totals + 8 * i) + <f64>load<f32>(sums + 4 * i))
      }
    }
  }
  for (let i = 0; i < size; i++) store<f32>(out + 4 * i, <f32>load<f64>(totals + 8 * i))
}

/** Adds to three taps from columns some of whose taps may lie beyond the image. */
function edges(line: usize, at: i32, w: i32, stride: i32, begin: i32, end: i32, dy: usize, sums: usize, c: i32): void {
  const pixelBytes: usize = 4 * c
  for (let i = begin; i < end; i++) {
    const column = at + i * stride
    for (let tap = max(-column, 0); tap < min(3, w - column); tap++) {
      addToFilter(line + (column + tap) * <i32>pixelBytes, dy + i * pixelBytes, sums + tap * pixelBytes, c, 1)
    }
  }
}

/** Adds to three adjacent taps from `count` columns, whose pixels lie `step` bytes apart in x and side by side in dy. */
function threeTaps(x: usize, step: usize, dy: usize, count: i32, sums: usize, channels: i32): void {
  const pixelBytes: usize = 4 * channels
  let c: usize = 0
  for (; c + 32 <= pixelBytes; c += 32) {
    let to = sums + c
    let a0 = v128.load(to)
    let a1 = v128.load(to, 16)
    to += pixelBytes
    let b0 = v128.load(to)
    let b1 = v128.load(to, 16)
    to += pixelBytes
    let c0 = v128.load(to)
    let c1 = v128.load(to, 16)
    let from = x + c
    let above = dy + c
    for (let i = 0; i < count; i++, from += step, above += pixelBytes) {
      const d0 = v128.load(above)
      const d1 = v128.load(above, 16)
      a0 = madd(v128.load(from), d0, a0)
      a1 = madd(v128.load(from, 16), d1, a1)
      let at = from + pixelBytes
      b0 = madd(v128.load(at), d0, b0)
      b1 = madd(v128.load(at, 16), d1, b1)
      at += pixelBytes
      c0 = madd(v128.load(at), d0, c0)
      c1 = madd(v128.load(at, 16), d1, c1)
    }
    putPair(to, c0, c1)
    to -= pixelBytes
    putPair(to, b0, b1)
    to -= pixelBytes
    putPair(to, a0, a1)
  }
  const rest = channels - <i32>(c / 4)
  for (let i = 0; rest > 0 && i < count; i++) {
    for (let tap: usize = 0; tap < 3; tap++) {
      addToFilter(x + i * step + tap * pixelBytes + c, dy + i * pixelBytes + c, sums + tap * pixelBytes + c, rest, 1)
    }
  }
}
