import { DEPTH_BLOCK, padWithZeros, wholePanels } from './gemm'
import { COLUMNS, FROM_BIAS, FROM_OUTPUT, FROM_ZERO, LINEAR, micro, ROWS } from './micro'
import { copyFours, packPanels, packSix } from './pack'
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

function paddedBytes(shape: usize): i32 {
  if (within(shape)) return 0
  return 4 * max(readHeight(shape), 0) * max(readWidth(shape), 0) * channels(shape) * imageBlock(shape) + 64
}

/**
 * Lays `count` images down within their borders. `out` was filled with zeros once, and since every group of images lies in the same
 * place, the borders stay zero. (Short runs are copied here: a call of memory.copy takes longer than the copying.)
 */
export function padImages(shape: usize, source: usize, count: i32, rows: i32, columns: i32, out: usize): void {
  const pixelBytes: usize = 4 * channels(shape)
  const lineBytes: usize = width(shape) * pixelBytes
  const top = padTop(shape)
  const left = max(padLeft(shape), 0)
  const skip = max(-padLeft(shape), 0)
  const copiedBytes: usize = max(min(columns - left, width(shape) - skip), 0) * pixelBytes
  const first = max(-top, 0)
  const last = min(height(shape), rows - top)
  for (let image = 0; image < count; image++, source += height(shape) * lineBytes, out += rows * columns * pixelBytes) {
    let from = source + first * lineBytes + skip * pixelBytes
    let to = out + ((first + top) * columns + left) * pixelBytes
    for (let row = first; row < last; row++, from += lineBytes, to += columns * pixelBytes) {
      let at: usize = 0
      for (; at + 16 <= copiedBytes; at += 16) v128.store(to + at, v128.load(from + at))
      for (; at < copiedBytes; at += 4) store<f32>(to + at, load<f32>(from + at))
    }
  }
}

export function gatherScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const pixels = pixelBlock(depth)
  return paddedBytes(shape) + 8 * (pixels + ROWS) + 4 * pixels * depth + 8 * wholePanels(outChannels(shape)) + 512
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
  const n = outChannels(shape),
    gridH = outHeight(shape),
    gridW = outWidth(shape)
  const lines = kernelHeight(shape)
  const pieces = dilationWidth(shape) > 1 ? kernelWidth(shape) : 1
  const pieceLength = (kernelWidth(shape) * channels(shape)) / pieces
  const depth = lines * kernelWidth(shape) * channels(shape)
  const block = pixelBlock(depth),
    together = imageBlock(shape),
    inPlace = within(shape)
  const lineBytes = 4 * <usize>(inPlace ? width(shape) : readWidth(shape)) * channels(shape)
  const sourceImageBytes = 4 * <usize>(height(shape) * width(shape)) * channels(shape)
  const readImageBytes = inPlace ? sourceImageBytes : <usize>readHeight(shape) * lineBytes
  const stepColumn = 4 * <usize>(strideWidth(shape) * channels(shape)),
    stepRow = <usize>strideHeight(shape) * lineBytes
  const pieceStep = 4 * <usize>(dilationWidth(shape) * channels(shape)),
    tapRowStep = <usize>dilationHeight(shape) * lineBytes

  const nowhere = scratch
  const paddedBias = nowhere + 4 * <usize>wholePanels(n)
  const rows = paddedBias + 4 * <usize>wholePanels(n)
  const patches = rows + 4 * <usize>(block + ROWS)
  const padded = (patches + 4 * <usize>(block + ROWS) + 15) & ~15
  const packed = (padded + paddedBytes(shape) + 63) & ~63
  if (bias) padWithZeros(paddedBias, bias, n)
  if (!inPlace) memory.fill(padded, 0, paddedBytes(shape))

  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    let base = source + <usize>image * sourceImageBytes
    if (inPlace) base -= <usize>padTop(shape) * lineBytes + 4 * <usize>(padLeft(shape) * channels(shape))
    else {
      padImages(shape, base, count, readHeight(shape), readWidth(shape), padded)
      base = padded
    }
    const pixels = count * gridH * gridW
    // Where the next pixel's patch begins, and where its result goes.
    let column = 0,
      row = 0
    let patch = base,
      line = base,
      picture = base
    let target = out + <usize>image * imageStep,
      targetLine = target,
      targetPicture = target
    for (let m0 = 0; m0 < pixels; m0 += block) {
      const m1 = min(block, pixels - m0)
      for (let m = 0; m < m1; m++) {
        store<u32>(patches + 4 * m, <u32>patch)
        store<u32>(rows + 4 * m, <u32>target)
        if (++column < gridW) {
          patch += stepColumn
          target += columnStep
          continue
        }
        column = 0
        if (++row < gridH) {
          line += stepRow
          targetLine += rowStep
        } else {
          row = 0
          picture += readImageBytes
          targetPicture += imageStep
          line = picture
          targetLine = targetPicture
        }
        patch = line
        target = targetLine
      }
      for (let m = m1; m % ROWS !== 0; m++) {
        store<u32>(patches + 4 * m, load<u32>(patches))
        store<u32>(rows + 4 * m, <u32>nowhere)
      }
      let panel = packed
      for (let m = 0; m < m1; m += ROWS) {
        const p0: usize = load<u32>(patches + 4 * m)
        const p1: usize = load<u32>(patches + 4 * m, 4)
        const p2: usize = load<u32>(patches + 4 * m, 8)
        const p3: usize = load<u32>(patches + 4 * m, 12)
        const p4: usize = load<u32>(patches + 4 * m, 16)
        const p5: usize = load<u32>(patches + 4 * m, 20)
        let offset: usize = 0
        for (let kh = 0; kh < lines; kh++, offset += tapRowStep) {
          let at = offset
          for (let piece = 0; piece < pieces; piece++, at += pieceStep) {
            panel = packSix(p0 + at, p1 + at, p2 + at, p3 + at, p4 + at, p5 + at, pieceLength, panel)
          }
        }
      }
      multiplyBlock(m1, depth, n, packed, filter, rows, bias ? paddedBias : 0, activation)
    }
  }
}

export function multiplyBlock(
  pixels: i32,
  depth: i32,
  n: i32,
  packed: usize,
  filter: usize,
  rows: usize,
  bias: usize,
  activation: i32,
): void {
  let k = 0
  do {
    const block = min(DEPTH_BLOCK, depth - k)
    const last = k + block >= depth
    const start = k > 0 ? FROM_OUTPUT : bias ? FROM_BIAS : FROM_ZERO
    for (let j = 0; j < n; j += COLUMNS) {
      const panel = filter + 4 * <usize>j * block
      for (let m = 0; m < pixels; m += ROWS) {
        micro(
          block,
          packed + 4 * <usize>m * depth + 24 * <usize>k,
          24,
          panel,
          32,
          rows + 4 * <usize>m,
          4 * <usize>j,
          min(COLUMNS, n - j),
          start,
          bias,
          last ? activation : LINEAR,
        )
      }
    }
    filter += 4 * <usize>block * wholePanels(n)
    k += DEPTH_BLOCK
  } while (k < depth)
}

/** Bytes from one gathered row to the next: an odd number of cache lines, so that a column of them spreads over the whole cache. */
function gatheredRowBytes(depth: i32): i32 {
  const lines = (4 * depth + 12 + 63) >> 6
  return (lines | 1) << 6
}

/** Pixels summed at once by `filterGradient`. */
function sumBlock(depth: i32): i32 {
  return min(max(262144 / gatheredRowBytes(depth), 64), 256)
}

export function filterGradientScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const block = sumBlock(depth),
    n = outChannels(shape)
  return (
    paddedBytes(shape) +
    block * gatheredRowBytes(depth) +
    4 * block * wholePanels(n) +
    4 * wholePanels(n) +
    4 * (depth + 2 * ROWS) +
    512
  )
}

/**
 * out[kernelHeight, kernelWidth, channels, outChannels] = sum over pixels of patch^T gradient: the filter gradient.
 * Summed in blocks of at most 256 pixels.
 */
export function filterGradient(shape: usize, source: usize, gradient: usize, out: usize, scratch: usize): void {
  const n = outChannels(shape),
    gridH = outHeight(shape),
    gridW = outWidth(shape)
  const pieces = dilationWidth(shape) > 1 ? kernelWidth(shape) : 1
  const pieceLength = (kernelWidth(shape) * channels(shape)) / pieces
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const block = sumBlock(depth),
    together = imageBlock(shape),
    inPlace = within(shape)
  const lineBytes = 4 * <usize>(inPlace ? width(shape) : readWidth(shape)) * channels(shape)
  const sourceImageBytes = 4 * <usize>(height(shape) * width(shape)) * channels(shape)
  const readImageBytes = inPlace ? sourceImageBytes : <usize>readHeight(shape) * lineBytes
  const stepColumn = 4 * <usize>(strideWidth(shape) * channels(shape)),
    stepRow = <usize>strideHeight(shape) * lineBytes
  const pieceStep = 4 * <usize>(dilationWidth(shape) * channels(shape)),
    tapRowStep = <usize>dilationHeight(shape) * lineBytes
  const rowBytes = <usize>gatheredRowBytes(depth)

  const nowhere = scratch
  const rows = nowhere + 4 * <usize>wholePanels(n)
  const padded = (rows + 4 * <usize>(depth + ROWS) + 15) & ~15
  const gathered = (padded + paddedBytes(shape) + 63) & ~63
  const packed = gathered + <usize>block * rowBytes
  for (let i = 0; i < depth + ROWS; i++) store<u32>(rows + 4 * <usize>i, <u32>(i < depth ? out + 4 * <usize>i * n : nowhere))

  memory.fill(out, 0, 4 * <usize>depth * n)
  if (!inPlace) memory.fill(padded, 0, paddedBytes(shape))
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    let base = source + <usize>image * sourceImageBytes
    if (inPlace) base -= <usize>padTop(shape) * lineBytes + 4 * <usize>(padLeft(shape) * channels(shape))
    else {
      padImages(shape, base, count, readHeight(shape), readWidth(shape), padded)
      base = padded
    }
    const pixels = count * gridH * gridW
    let column = 0,
      row = 0
    let patch = base,
      line = base,
      picture = base
    for (let m0 = 0; m0 < pixels; m0 += block) {
      const m1 = min(block, pixels - m0)
      let to = gathered
      for (let m = 0; m < m1; m++, to += rowBytes) {
        let piece = to,
          offset = patch
        for (let kh = 0; kh < kernelHeight(shape); kh++, offset += tapRowStep) {
          let at = offset
          for (let p = 0; p < pieces; p++, at += pieceStep, piece += 4 * <usize>pieceLength) copyFours(piece, at, pieceLength)
        }
        if (++column < gridW) {
          patch += stepColumn
          continue
        }
        column = 0
        if (++row < gridH) line += stepRow
        else {
          row = 0
          picture += readImageBytes
          line = picture
        }
        patch = line
      }
      // A few whole panels are read where they lie: their rows are short enough for the cache.
      const direct = n <= 32 && n % COLUMNS === 0
      if (!direct) packPanels(gradient, 4 * <usize>n, false, m1, n, packed)
      const panels = direct ? gradient : packed
      const panelBytes: usize = direct ? 4 * COLUMNS : 4 * COLUMNS * m1
      const panelStep: usize = direct ? 4 * n : 4 * COLUMNS
      gradient += 4 * <usize>m1 * n
      for (let i = 0; i < depth; i += ROWS) {
        let panel = panels
        for (let j = 0; j < n; j += COLUMNS, panel += panelBytes) {
          const left = min(COLUMNS, n - j)
          micro(m1, gathered + 4 * i, rowBytes, panel, panelStep, rows + 4 * i, 4 * j, left, FROM_OUTPUT, 0, LINEAR)
        }
      }
    }
  }
}
