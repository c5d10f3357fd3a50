/**
 * Gradients of max and average pooling, channels last. `shape` holds 32-bit integers: images, height, width, channels, output height
 * and width, window height and width, strides, padding above and to the left.
 */

/** dx = dy at the first position of each window that holds its maximum, in reading order; windows may overlap. */
export function maxPoolGradient(shape: usize, x: usize, y: usize, dy: usize, dx: usize): void {
  const images = load<i32>(shape)
  const height = load<i32>(shape, 4)
  const width = load<i32>(shape, 8)
  const channels = load<i32>(shape, 12)
  const outHeight = load<i32>(shape, 16)
  const outWidth = load<i32>(shape, 20)
  const windowHeight = load<i32>(shape, 24)
  const windowWidth = load<i32>(shape, 28)
  const strideHeight = load<i32>(shape, 32)
  const strideWidth = load<i32>(shape, 36)
  const top = load<i32>(shape, 40)
  const left = load<i32>(shape, 44)
  const pixelBytes: usize = 4 * channels
  const lineBytes: usize = width * pixelBytes
  memory.fill(dx, 0, <usize>(images * height) * lineBytes)
  for (let image = 0; image < images; image++, x += <usize>height * lineBytes, dx += <usize>height * lineBytes) {
    for (let row = 0; row < outHeight; row++) {
      const v0 = max(row * strideHeight - top, 0)
      const v1 = min(row * strideHeight - top + windowHeight, height)
      for (let column = 0; column < outWidth; column++, y += pixelBytes, dy += pixelBytes) {
        const h0 = max(column * strideWidth - left, 0)
        const h1 = min(column * strideWidth - left + windowWidth, width)
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
              v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(gradient, here)))
            }
          }
        }
        for (; c < pixelBytes; c += 4) {
          const most = load<f32>(y + c)
          let taken = false
          for (let v = v0; v < v1 && !taken; v++) {
            let at = <usize>v * lineBytes + <usize>h0 * pixelBytes + c
            for (let h = h0; h < h1 && !taken; h++, at += pixelBytes) {
              if (load<f32>(x + at) !== most) continue
              store<f32>(dx + at, load<f32>(dx + at) + load<f32>(dy + c))
              taken = true
            }
          }
        }
      }
    }
  }
}

/** dx = the sum over the windows that hold a position of dy / the number of window positions within the image. */
export function averagePoolGradient(shape: usize, dy: usize, dx: usize): void {
  const images = load<i32>(shape)
  const height = load<i32>(shape, 4)
  const width = load<i32>(shape, 8)
  const channels = load<i32>(shape, 12)
  const outHeight = load<i32>(shape, 16)
  const outWidth = load<i32>(shape, 20)
  const windowHeight = load<i32>(shape, 24)
  const windowWidth = load<i32>(shape, 28)
  const strideHeight = load<i32>(shape, 32)
  const strideWidth = load<i32>(shape, 36)
  const top = load<i32>(shape, 40)
  const left = load<i32>(shape, 44)
  const pixelBytes: usize = 4 * channels
  const lineBytes: usize = width * pixelBytes
  const share: f32 = <f32>1 / <f32>(windowHeight * windowWidth)
  memory.fill(dx, 0, <usize>(images * height) * lineBytes)
  for (let image = 0; image < images; image++, dx += <usize>height * lineBytes) {
    for (let row = 0; row < outHeight; row++) {
      const v0 = max(row * strideHeight - top, 0)
      const v1 = min(row * strideHeight - top + windowHeight, height)
      for (let column = 0; column < outWidth; column++, dy += pixelBytes) {
        const h0 = max(column * strideWidth - left, 0)
        const h1 = min(column * strideWidth - left + windowWidth, width)
        for (let v = v0; v < v1; v++) {
          let at = dx + <usize>v * lineBytes + <usize>h0 * pixelBytes
          for (let h = h0; h < h1; h++) {
            let c: usize = 0
            for (; c + 16 <= pixelBytes; c += 16, at += 16) {
              v128.store(at, f32x4.add(v128.load(at), f32x4.mul(v128.load(dy + c), f32x4.splat(share))))
            }
            for (; c < pixelBytes; c += 4, at += 4) store<f32>(at, load<f32>(at) + share * load<f32>(dy + c))
          }
        }
      }
    }
  }
}
