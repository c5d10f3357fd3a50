import { LINEAR } from './bounds'
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { hasFewChannels, listQuads, multiplyFew, packPairs, pairsBytes } from './few-channels'
import { depthBlock, padWithZeros } from './gemm'
import { multiplyBlock, wholePanels } from './micro'
import { packPanels } from './pack'
import { imageBlock, listPixels, paddedBytes, padImages, readHeight, readWidth, tapOffsets, within } from './patches'
import {
  channels,
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

/**
 * A convolution is a matrix product whose left matrix has one row per output pixel, holding the input patch under it. That matrix never
 * exists: the product reads patches where they lie.
 */

/** Pixels to gather before multiplying: enough to amortize the weights, few enough for the second-level cache. */
function pixelBlock(depth: i32): i32 {
  const pixels = 98304 / max(depth, 1)
  return min(max(pixels - (pixels % ROWS), 48), 384)
}

export function gatherScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const n = outChannels(shape)
  const padded = within(shape) ? 0 : paddedBytes(shape, 4 * channels(shape))
  const few = hasFewChannels(channels(shape), n) ? pairsBytes(depth, n) + depth + 4 * ROWS : 0
  return padded + 8 * (pixelBlock(depth) + ROWS) + 4 * depth + 8 * wholePanels(n) + few + 512
}

/** Bytes of a [depth, n] matrix as `packFilter` packs it. */
export function packedBytes(depth: i32, n: i32): i32 {
  return 4 * depth * wholePanels(n)
}

/** Packs a filter, or any [depth, n] matrix, as `gather` wants it: blocks as deep as `depthBlock` says, each in panels. */
export function packFilter(filter: usize, depth: i32, n: i32, out: usize): void {
  const deepest = depthBlock(depth)
  for (let k = 0; k < depth; k += deepest) {
    const block = min(deepest, depth - k)
    packPanels(filter + 4 * <usize>k * n, 4 * <usize>n, false, block, n, out)
    out += packedBytes(block, n)
  }
}

/**
 * out[pixel] = activation(patch(pixel) filter + bias) over the grid. Pixel (image, row, column) is written at
 * out + image * imageStep + row * rowStep + column * columnStep (bytes). `filter` is packed; `bias` may be 0.
 */
export function gather(
  shape: usize,
  source: usize,
  filter: usize,
  out: usize,
  imageStep: usize,
  rowStep: usize,
  columnStep: usize,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const n = outChannels(shape)
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const block = pixelBlock(depth),
    together = imageBlock(shape),
    inPlace = within(shape)
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes = <usize>(inPlace ? width(shape) : readWidth(shape)) * pixelBytes
  const sourceImageBytes = <usize>(height(shape) * width(shape)) * pixelBytes
  const readImageBytes = inPlace ? sourceImageBytes : <usize>readHeight(shape) * lineBytes
  const stepColumn = strideWidth(shape) * pixelBytes,
    stepRow = <usize>strideHeight(shape) * lineBytes

  const nowhere = scratch
  const paddedBias = nowhere + 4 * <usize>wholePanels(n)
  const rows = paddedBias + 4 * <usize>wholePanels(n)
  const patches = rows + 4 * <usize>(block + ROWS)
  const offsets = patches + 4 * <usize>(block + ROWS)
  const quads = offsets + 4 * <usize>depth
  const pairs = (quads + depth + 4 * ROWS + 15) & ~15
  const few = hasFewChannels(channels(shape), n)
  const padded = few ? pairs + pairsBytes(depth, n) : (quads + 15) & ~15
  tapOffsets(shape, lineBytes, pixelBytes, offsets)
  if (few) {
    listQuads(offsets, depth, quads)
    packPairs(filter, depth, n, pairs)
  }
  if (bias) padWithZeros(paddedBias, bias, n)
  if (!inPlace) memory.fill(padded, 0, paddedBytes(shape, pixelBytes))

  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    let base = source + <usize>image * sourceImageBytes
    if (inPlace) base -= <usize>padTop(shape) * lineBytes + padLeft(shape) * pixelBytes
    else {
      padImages(shape, base, count, readHeight(shape), readWidth(shape), pixelBytes, padded)
      base = padded
    }
    const pixels = count * outHeight(shape) * outWidth(shape)
    const target = out + <usize>image * imageStep
    for (let m0 = 0; m0 < pixels; m0 += block) {
      const m1 = min(block, pixels - m0)
      listPixels(shape, m0, m1, base, readImageBytes, stepRow, stepColumn, base, patches)
      listPixels(shape, m0, m1, target, imageStep, rowStep, columnStep, nowhere, rows)
      if (few) multiplyFew(m1, depth, n, patches, quads, pairs, rows, bias, activation)
      else multiplyRows(m1, depth, n, patches, offsets, filter, rows, bias ? paddedBias : 0, activation)
    }
  }
}

/** The products of `count` rows with a matrix as `packFilter` packs it: block of depth by block of depth. */
export function multiplyRows(
  count: i32,
  depth: i32,
  n: i32,
  starts: usize,
  offsets: usize,
  filter: usize,
  rows: usize,
  bias: usize,
  activation: i32,
): void {
  const deepest = depthBlock(depth)
  let k = 0
  do {
    const block = min(deepest, depth - k)
    const start = k > 0 ? FROM_OUTPUT : bias ? FROM_BIAS : FROM_ZERO
    const applied = k + block >= depth ? activation : LINEAR
    multiplyBlock(count, block, n, starts, offsets + 4 * <usize>k, filter, 0, rows, 0, start, bias, applied)
    filter += packedBytes(block, n)
    k += block
  } while (k < depth)
}
