/** The geometry of a convolution, as 32-bit integers at one address. */
export const SHAPE_BYTES: usize = 64

// The input: [images, height, width, channels].
export function images(shape: usize): i32 {
  return load<i32>(shape)
}
export function height(shape: usize): i32 {
  return load<i32>(shape, 4)
}
export function width(shape: usize): i32 {
  return load<i32>(shape, 8)
}
export function channels(shape: usize): i32 {
  return load<i32>(shape, 12)
}
// The grid of output pixels.
export function outHeight(shape: usize): i32 {
  return load<i32>(shape, 16)
}
export function outWidth(shape: usize): i32 {
  return load<i32>(shape, 20)
}
export function outChannels(shape: usize): i32 {
  return load<i32>(shape, 24)
}
export function kernelHeight(shape: usize): i32 {
  return load<i32>(shape, 28)
}
export function kernelWidth(shape: usize): i32 {
  return load<i32>(shape, 32)
}
export function strideHeight(shape: usize): i32 {
  return load<i32>(shape, 36)
}
export function strideWidth(shape: usize): i32 {
  return load<i32>(shape, 40)
}
// Zeros above and to the left; a negative number skips rows or columns.
export function padTop(shape: usize): i32 {
  return load<i32>(shape, 44)
}
export function padLeft(shape: usize): i32 {
  return load<i32>(shape, 48)
}
export function dilationHeight(shape: usize): i32 {
  return load<i32>(shape, 52)
}
export function dilationWidth(shape: usize): i32 {
  return load<i32>(shape, 56)
}

/** Lays one down that neither strides nor dilates. */
export function setShape(
  out: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  store<i32>(out, images)
  store<i32>(out, height, 4)
  store<i32>(out, width, 8)
  store<i32>(out, channels, 12)
  store<i32>(out, outHeight, 16)
  store<i32>(out, outWidth, 20)
  store<i32>(out, outChannels, 24)
  store<i32>(out, kernelHeight, 28)
  store<i32>(out, kernelWidth, 32)
  store<i32>(out, 1, 36)
  store<i32>(out, 1, 40)
  store<i32>(out, padTop, 44)
  store<i32>(out, padLeft, 48)
  store<i32>(out, 1, 52)
  store<i32>(out, 1, 56)
}
