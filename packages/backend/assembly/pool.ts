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
 * Max and average pooling, channels last. A window is cut at the edge of the image: what lies beyond neither wins nor counts.
 */

/** out = the largest number of each window. NaN loses against every number, as on the cpu backend; nothing at all gives -Infinity. */
export function maxPool(shape: usize, x: usize, out: usize): void {
  if (hasWindowsOfFour(shape)) maxPoolOfFour(shape, x, out)
  else pool<Largest>(shape, x, out)
}

/** out = the mean of each window. */
export function averagePool(shape: usize, x: usize, out: usize): void {
  pool<Mean>(shape, x, out)
}

/** Whether windows are two by two, cover every position once, and have channels in eights: the pooling that most networks have. */
export function hasWindowsOfFour(shape: usize): bool {
  return kernelHeight(shape) === 2 && kernelWidth(shape) === 2 && coversOnce(shape) && channels(shape) % 8 === 0
}

/** Whether every position belongs to exactly one window. */
export function coversOnce(shape: usize): bool {
  return (
    kernelHeight(shape) === strideHeight(shape) &&
    kernelWidth(shape) === strideWidth(shape) &&
    (padTop(shape) | padLeft(shape)) === 0 &&
    outHeight(shape) * strideHeight(shape) === height(shape) &&
    outWidth(shape) * strideWidth(shape) === width(shape)
  )
}

function maxPoolOfFour(shape: usize, x: usize, out: usize): void {
  const pixel: usize = 4 * channels(shape)
  const line: usize = width(shape) * pixel
  for (let row = 0; row < images(shape) * outHeight(shape); row++, x += line) {
    for (let column = 0; column < outWidth(shape); column++, x += pixel) {
      for (let c: usize = 0; c < pixel; c += 32, x += 32, out += 32) {
        let l = f32x4.splat(-Infinity),
          r = f32x4.splat(-Infinity)
        l = f32x4.pmax(l, v128.load(x))
        r = f32x4.pmax(r, v128.load(x, 16))
        l = f32x4.pmax(l, v128.load(x + pixel))
        r = f32x4.pmax(r, v128.load(x + pixel, 16))
        l = f32x4.pmax(l, v128.load(x + line))
        r = f32x4.pmax(r, v128.load(x + line, 16))
        l = f32x4.pmax(l, v128.load(x + line + pixel))
        r = f32x4.pmax(r, v128.load(x + line + pixel, 16))
        putPair(out, l, r)
      }
    }
  }
}

/** What becomes of a window: known when this is compiled, so that the loops do not ask. */
class Largest {}
class Mean {}

function isMean<How>(): bool {
  return idof<How>() === idof<Mean>()
}

function join<How>(a: v128, b: v128): v128 {
  return isMean<How>() ? f32x4.add(a, b) : f32x4.pmax(a, b)
}

/** Lines of a window are joined on their own, so that a large window's sum does not drift. */
function pool<How>(shape: usize, x: usize, out: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const start: f32 = isMean<How>() ? 0 : -Infinity
  const columns = outWidth(shape)
  const step = strideWidth(shape)
  const h = height(shape)
  const w = width(shape)
  const taps = kernelWidth(shape)
  for (let image = 0; image < images(shape); image++, x += <usize>h * lineBytes) {
    for (let row = 0; row < outHeight(shape); row++) {
      const top = row * strideHeight(shape) - padTop(shape)
      const v0 = max(top, 0)
      const lines = max(min(top + kernelHeight(shape), h) - v0, 0)
      const line = x + <usize>v0 * lineBytes
      for (let column = 0, left = -padLeft(shape); column < columns; column++, left += step, out += pixelBytes) {
        const h0 = max(left, 0)
        const count = max(min(left + taps, w) - h0, 0)
        const corner = line + <usize>h0 * pixelBytes
        const lineEnd = <usize>count * pixelBytes
        const bottom = corner + <usize>lines * lineBytes
        const share: f32 = <f32>(lines * count)
        let c: usize = 0
        for (; c + 64 <= pixelBytes; c += 64) {
          let a = f32x4.splat(start)
          let b = a
          let d = a
          let e = a
          for (let from = corner + c; from < bottom; from += lineBytes) {
            let p = f32x4.splat(start)
            let q = p
            let r = p
            let s = p
            for (let at = from, end = from + lineEnd; at < end; at += pixelBytes) {
              p = join<How>(p, v128.load(at))
              q = join<How>(q, v128.load(at, 16))
              r = join<How>(r, v128.load(at, 32))
              s = join<How>(s, v128.load(at, 48))
            }
            a = join<How>(a, p)
            b = join<How>(b, q)
            d = join<How>(d, r)
            e = join<How>(e, s)
          }
          v128.store(out + c, divide<How>(a, share))
          v128.store(out + c, divide<How>(b, share), 16)
          v128.store(out + c, divide<How>(d, share), 32)
          v128.store(out + c, divide<How>(e, share), 48)
        }
        if (pixelBytes < 16) {
          // One by one, but in a vector: comparing scalars would branch.
          for (; c < pixelBytes; c += 4) {
            let a = f32x4.splat(start)
            for (let from = corner + c; from < bottom; from += lineBytes) {
              let p = f32x4.splat(start)
              for (let at = from, end = from + lineEnd; at < end; at += pixelBytes) p = join<How>(p, v128.load32_splat(at))
              a = join<How>(a, p)
            }
            v128.store32_lane(out + c, divide<How>(a, share), 0)
          }
        } else {
          for (; c < pixelBytes; c += 16) {
            // The last four channels may overlap the ones before.
            c = min(c, pixelBytes - 16)
            let a = f32x4.splat(start)
            for (let from = corner + c; from < bottom; from += lineBytes) {
              let p = f32x4.splat(start)
              for (let at = from, end = from + lineEnd; at < end; at += pixelBytes) p = join<How>(p, v128.load(at))
              a = join<How>(a, p)
            }
            v128.store(out + c, divide<How>(a, share))
          }
        }
      }
    }
  }
}

function divide<How>(a: v128, count: f32): v128 {
  return isMean<How>() ? f32x4.div(a, f32x4.splat(count)) : a
}
