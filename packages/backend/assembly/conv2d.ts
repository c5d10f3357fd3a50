import { addGradientOfFew, hasFewChannels, listQuads, multiplyFew, packPairs, pairsBytes } from './few-channels'
import { DEPTH_BLOCK, padWithZeros, wholePanels } from './gemm'
import { COLUMNS, FROM_BIAS, FROM_OUTPUT, FROM_ZERO, LINEAR, multiplyBlock, ROWS } from './micro'
import { packPanels } from './pack'
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

/**
 * A convolution is a matrix product whose left matrix has one row per output pixel, holding the input patch under it. The rows are
 * gathered block by block into packed panels and never exist as a whole.
 *
 * The geometry arrives as 32-bit integers at `shape`. `gather` uses one geometry for the forward pass and for the input gradient,
 * which is a convolution of the output gradient with the filter turned round, one for each phase of the stride.
 */

/** Rows and columns of the input that the grid reads, zeros included. */
function readHeight(shape: usize): i32 {
  return (outHeight(shape) - 1) * strideHeight(shape) + (kernelHeight(shape) - 1) * dilationHeight(shape) + 1
}
function readWidth(shape: usize): i32 {
  return (outWidth(shape) - 1) * strideWidth(shape) + (kernelWidth(shape) - 1) * dilationWidth(shape) + 1
}

/** Whether every patch lies within the input, which can then be read in place. */
function within(shape: usize): bool {
  return (
    padTop(shape) <= 0 &&
    padLeft(shape) <= 0 &&
    readHeight(shape) - padTop(shape) <= height(shape) &&
    readWidth(shape) - padLeft(shape) <= width(shape)
  )
}

/** Pixels to gather before multiplying: enough to amortize the weights, few enough for the second-level cache. */
function pixelBlock(depth: i32): i32 {
  const pixels = 98304 / max(depth, 1)
  return min(max(pixels - (pixels % ROWS), 48), 384)
}

/** Images handled at once: small images share a block. */
function imageBlock(shape: usize): i32 {
  return min(max(192 / max(outHeight(shape) * outWidth(shape), 1), 1), max(images(shape), 1))
}

function paddedBytes(shape: usize, pitch: usize): i32 {
  return max(readHeight(shape), 0) * max(readWidth(shape), 0) * <i32>pitch * imageBlock(shape) + 64
}

/**
 * Bytes from one pixel to the next that spread a column of pixels over the whole cache: powers of two would have them share a few lines.
 */
function spreadPitch(shape: usize): usize {
  const bytes = 4 * channels(shape)
  return (bytes * strideWidth(shape)) % 256 === 0 ? bytes + 64 : bytes
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
        for (; at + 16 <= runBytes; at += 16) v128.store(to + at, v128.load(from + at))
        for (; at < runBytes; at += 4) store<f32>(to + at, load<f32>(from + at))
      }
    }
  }
}

export function gatherScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const n = outChannels(shape)
  const padded = within(shape) ? 0 : paddedBytes(shape, 4 * channels(shape))
  const few = hasFewChannels(channels(shape), n) ? pairsBytes(depth, n) + depth + 4 * ROWS : 0
  return padded + 8 * (pixelBlock(depth) + ROWS) + 4 * depth + 8 * wholePanels(n) + few + 512
}

/** Packs a filter, or any [depth, n] matrix, as `gather` wants it: blocks of 384 deep, each in panels of 8 columns. */
export function packFilter(filter: usize, depth: i32, n: i32, out: usize): void {
  for (let k = 0; k < depth; k += DEPTH_BLOCK) {
    const block = min(DEPTH_BLOCK, depth - k)
    packPanels(filter + 4 * <usize>k * n, 4 * <usize>n, false, block, n, out)
    out += 4 * <usize>block * wholePanels(n)
  }
}

/**
 * Turns a filter [kernelHeight, kernelWidth, inputs, outputs] round for one phase of the input gradient, as a [taps, inputs] matrix
 * whose rows run over the taps of that phase, last to first, and the outputs within each: what `packFilter` then packs.
 */
export function turnFilter(
  filter: usize,
  kernelH: i32,
  kernelW: i32,
  inputs: i32,
  outputs: i32,
  phaseH: i32,
  phaseW: i32,
  strideH: i32,
  strideW: i32,
  out: usize,
): void {
  const lastH = phaseH + ((kernelH - 1 - phaseH) / strideH) * strideH,
    lastW = phaseW + ((kernelW - 1 - phaseW) / strideW) * strideW
  for (let kh = lastH; kh >= 0; kh -= strideH) {
    for (let kw = lastW; kw >= 0; kw -= strideW) {
      const tap = filter + 4 * <usize>((kh * kernelW + kw) * inputs) * outputs
      for (let o = 0; o < outputs; o++) {
        let from = tap + 4 * <usize>o
        for (let i = 0; i < inputs; i++, out += 4, from += 4 * <usize>outputs) store<f32>(out, load<f32>(from))
      }
    }
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

/**
 * The addresses of `count` pixels of the grid from the one numbered `first`, row by row and image by image, filled up to whole tiles with `spare`.
 */
function listPixels(
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
function tapOffsets(shape: usize, lineBytes: usize, pixelBytes: usize, out: usize): void {
  for (let kh = 0; kh < kernelHeight(shape); kh++) {
    for (let kw = 0; kw < kernelWidth(shape); kw++) {
      let at = <usize>(kh * dilationHeight(shape)) * lineBytes + <usize>(kw * dilationWidth(shape)) * pixelBytes
      for (let c = 0; c < channels(shape); c++, at += 4, out += 4) store<u32>(out, <u32>at)
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
  let k = 0
  do {
    const block = min(DEPTH_BLOCK, depth - k)
    const start = k > 0 ? FROM_OUTPUT : bias ? FROM_BIAS : FROM_ZERO
    const applied = k + block >= depth ? activation : LINEAR
    const panelBytes = 32 * <usize>block
    multiplyBlock(count, block, n, starts, offsets + 4 * <usize>k, filter, 32, panelBytes, rows, 0, start, bias, applied)
    filter += 4 * <usize>block * wholePanels(n)
    k += DEPTH_BLOCK
  } while (k < depth)
}

/** Pixels summed at once by `filterGradient`: the sums of a block are kept apart from those before it. */
const SUM_BLOCK: i32 = 256

export function filterGradientScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const n = outChannels(shape)
  return (
    paddedBytes(shape, spreadPitch(shape)) +
    4 * (SUM_BLOCK + 1) * wholePanels(n) +
    9 * (depth + ROWS) +
    4 * (SUM_BLOCK + ROWS) +
    512
  )
}

/**
 * out[kernelHeight, kernelWidth, channels, outChannels] = sum over pixels of patch^T gradient: the filter gradient.
 * Summed in blocks of at most 256 pixels.
 */
export function filterGradient(shape: usize, source: usize, gradient: usize, out: usize, scratch: usize): void {
  const n = outChannels(shape)
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const together = imageBlock(shape),
    pitch = spreadPitch(shape)
  const inPlace = within(shape) && pitch === 4 * channels(shape)
  const lineBytes = <usize>(inPlace ? width(shape) : readWidth(shape)) * pitch
  const sourceImageBytes = 4 * <usize>(height(shape) * width(shape)) * channels(shape)
  const readImageBytes = inPlace ? sourceImageBytes : <usize>readHeight(shape) * lineBytes
  const stepColumn = strideWidth(shape) * pitch,
    stepRow = <usize>strideHeight(shape) * lineBytes

  const nowhere = scratch
  const rows = nowhere + 4 * <usize>wholePanels(n)
  const taps = rows + 4 * <usize>(depth + ROWS)
  const quads = taps + 4 * <usize>(depth + ROWS)
  const patches = quads + depth + 4 * ROWS
  const padded = (patches + 4 * (SUM_BLOCK + ROWS) + 15) & ~15
  const packed = (padded + paddedBytes(shape, pitch) + 63) & ~63
  tapOffsets(shape, lineBytes, pitch, taps)
  const few = hasFewChannels(channels(shape), n)
  if (few) listQuads(taps, depth, quads)
  for (let i = 0; i < depth + ROWS; i++) store<u32>(rows + 4 * <usize>i, <u32>(i < depth ? out + 4 * <usize>i * n : nowhere))
  for (let i = depth; i < depth + ROWS; i++) store<u32>(taps + 4 * <usize>i, 0)

  memory.fill(out, 0, 4 * <usize>depth * n)
  if (!inPlace) memory.fill(padded, 0, paddedBytes(shape, pitch))
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    let base = source + <usize>image * sourceImageBytes
    if (inPlace) base -= <usize>padTop(shape) * lineBytes + padLeft(shape) * pitch
    else {
      padImages(shape, base, count, readHeight(shape), readWidth(shape), pitch, padded)
      base = padded
    }
    const pixels = count * outHeight(shape) * outWidth(shape)
    for (let m0 = 0; m0 < pixels; m0 += SUM_BLOCK) {
      const m1 = min(SUM_BLOCK, pixels - m0)
      listPixels(shape, m0, m1, base, readImageBytes, stepRow, stepColumn, base, patches)
      if (few) {
        addGradientOfFew(m1, depth, n, quads, patches, gradient, out)
        gradient += 4 * <usize>m1 * n
        continue
      }
      // A few whole panels are read where they lie: their rows are short enough for the cache.
      const direct = n <= 32 && n % COLUMNS === 0
      if (!direct) packPanels(gradient, 4 * <usize>n, false, m1, n, packed)
      const panelBytes: usize = direct ? 4 * COLUMNS : 4 * COLUMNS * m1
      const panelStep: usize = direct ? 4 * n : 4 * COLUMNS
      const panels = direct ? gradient : packed
      multiplyBlock(depth, m1, n, taps, patches, panels, panelStep, panelBytes, rows, 0, FROM_OUTPUT, 0, LINEAR)
      gradient += 4 * <usize>m1 * n
    }
  }
}
