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
 * Max and average pooling with their gradients, channels last. A window is cut at the edge of the image: what lies beyond neither wins
 * nor counts. Every kernel walks over the windows in reading order, and within each handles four channels at once.
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

/** out = the largest number of each window. NaN loses against every number, as on the cpu backend; nothing at all gives -Infinity. */
export function maxPool(shape: usize, x: usize, out: usize): void {
  pool<Largest>(shape, x, out)
}

/** out = the mean of each window. */
export function averagePool(shape: usize, x: usize, out: usize): void {
  pool<Mean>(shape, x, out)
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
  const w = width(shape)
  const taps = kernelWidth(shape)
  for (let image = 0; image < images(shape); image++, x += imageBytes(shape)) {
    for (let row = 0; row < outHeight(shape); row++) {
      const v0 = firstRow(shape, row)
      const lines = max(endRow(shape, row) - v0, 0)
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
