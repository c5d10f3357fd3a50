import { ROWS } from './epilogue'
import {
  channels,
  dilationHeight,
  dilationWidth,
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
 * Where a convolution reads: each pixel of the output has a patch of the input under it, and elements of patches are found by two tables,
 * of where patches begin and of where their elements lie from there. Images are copied into a border of zeros first, a few at a time,
 * unless every patch lies within them.
 *
 * The geometry arrives as 32-bit integers at `shape`.
 */

/** Rows and columns of the input that the grid reads, zeros included. */
export function readHeight(shape: usize): i32 {
  return (outHeight(shape) - 1) * strideHeight(shape) + (kernelHeight(shape) - 1) * dilationHeight(shape) + 1
}
export function readWidth(shape: usize): i32 {
  return (outWidth(shape) - 1) * strideWidth(shape) + (kernelWidth(shape) - 1) * dilationWidth(shape) + 1
}

/** Whether every patch lies within the input, which can then be read in place. */
export function within(shape: usize): bool {
  return (
    padTop(shape) <= 0 &&
    padLeft(shape) <= 0 &&
    readHeight(shape) - padTop(shape) <= height(shape) &&
    readWidth(shape) - padLeft(shape) <= width(shape)
  )
}

/** Images handled at once: small images share a block. */
export function imageBlock(shape: usize): i32 {
  return min(max(192 / max(outHeight(shape) * outWidth(shape), 1), 1), max(images(shape), 1))
}

export function paddedBytes(shape: usize, pitch: usize): i32 {
  return max(readHeight(shape), 0) * max(readWidth(shape), 0) * <i32>pitch * imageBlock(shape) + 64
}

/**
 * Lays `count` images down within their borders, pixels `pitch` bytes apart. `out` was filled with zeros once, and since every group of images lies in the same
 * place, the borders stay zero. (Short runs are copied here: a call of memory.copy takes longer than the copying.)
 */
export function padImages(shape: usize, source: usize, count: i32, rows: i32, columns: i32, pitch: usize, out: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const top = padTop(shape)
  const left = max(padLeft(shape), 0)
  const skip = max(-padLeft(shape), 0)
  const copied = max(min(columns - left, width(shape) - skip), 0)
  // Pixels that lie close together are copied as one run.
  const runs = pitch === pixelBytes ? 1 : copied
  const runBytes: usize = pitch === pixelBytes ? copied * pixelBytes : pixelBytes
  const first = max(-top, 0)
  const last = min(height(shape), rows - top)
  for (let image = 0; image < count; image++, source += height(shape) * lineBytes, out += rows * columns * pitch) {
    let line = source + first * lineBytes + skip * pixelBytes
    let toLine = out + ((first + top) * columns + left) * pitch
    for (let row = first; row < last; row++, line += lineBytes, toLine += columns * pitch) {
      let from = line,
        to = toLine
      for (let run = 0; run < runs; run++, from += pixelBytes, to += pitch) {
        let at: usize = 0
        for (; at + 32 <= runBytes; at += 32) putPair(to + at, v128.load(from + at), v128.load(from + at, 16))
        for (; at + 16 <= runBytes; at += 16) v128.store(to + at, v128.load(from + at))
        for (; at < runBytes; at += 4) store<f32>(to + at, load<f32>(from + at))
      }
    }
  }
}

/**
 * The addresses of `count` pixels of the grid from the one numbered `first`, row by row and image by image, filled up to whole tiles with `spare`.
 */
export function listPixels(
  shape: usize,
  first: i32,
  count: i32,
  base: usize,
  imageStep: usize,
  rowStep: usize,
  columnStep: usize,
  spare: usize,
  out: usize,
): void {
  const gridH = outHeight(shape),
    gridW = outWidth(shape)
  const line = first / gridW
  let column = first - line * gridW,
    row = line % gridH
  let picture = base + <usize>(line / gridH) * imageStep
  let start = picture + <usize>row * rowStep
  let at = start + <usize>column * columnStep
  const end = out + 4 * <usize>count
  for (; out < end; out += 4) {
    store<u32>(out, <u32>at)
    if (++column < gridW) {
      at += columnStep
      continue
    }
    column = 0
    if (++row < gridH) start += rowStep
    else {
      row = 0
      picture += imageStep
      start = picture
    }
    at = start
  }
  for (let i = count; i % ROWS !== 0; i++, out += 4) store<u32>(out, <u32>spare)
}

/** Where each element of a patch lies, in bytes from its start: in the order of the filter's rows. */
export function tapOffsets(shape: usize, lineBytes: usize, pixelBytes: usize, out: usize): void {
  for (let kh = 0; kh < kernelHeight(shape); kh++) {
    for (let kw = 0; kw < kernelWidth(shape); kw++) {
      let at = <usize>(kh * dilationHeight(shape)) * lineBytes + <usize>(kw * dilationWidth(shape)) * pixelBytes
      for (let c = 0; c < channels(shape); c++, at += 4, out += 4) store<u32>(out, <u32>at)
    }
  }
}
