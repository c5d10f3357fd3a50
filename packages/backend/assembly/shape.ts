/**
 * The geometry of a convolution, as 32-bit integers at one address. The forward pass and the input gradient share it: the latter is a
 * convolution of the output gradient with the filter turned round, one for each phase of the stride.
 */

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
