import { LINEAR } from './bounds'
import { addRow } from './elementwise'
import { FROM_OUTPUT, ROWS } from './epilogue'
import { addGradientOfFew, hasFewChannels, listQuads } from './few-channels'
import { listRows, multiplyBlock, wholePanels } from './micro'
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
 * Bytes from one pixel to the next that spread a column of pixels over the whole cache: powers of two would have them share a few lines.
 */
function spreadPitch(shape: usize): usize {
  const bytes = 4 * channels(shape)
  return (bytes * strideWidth(shape)) % 256 === 0 ? bytes + 64 : bytes
}

/** Pixels summed at once by `filterGradient`: the sums of a block are kept apart from those before it. */
const SUM_BLOCK: i32 = 256

/** Pixels whose blocks are added up before they join what came before them: the sums of very many blocks drift, too. */
const SUM_GROUP: i32 = 32 * SUM_BLOCK

function hasGroups(shape: usize): bool {
  return images(shape) * outHeight(shape) * outWidth(shape) > SUM_GROUP
}

export function filterGradientScratchBytes(shape: usize): i32 {
  const depth = kernelHeight(shape) * kernelWidth(shape) * channels(shape)
  const n = outChannels(shape)
  return (
    (hasGroups(shape) ? 4 * depth * n : 0) +
    paddedBytes(shape, spreadPitch(shape)) +
    4 * (SUM_BLOCK + 1) * wholePanels(n) +
    9 * (depth + ROWS) +
    4 * (SUM_BLOCK + ROWS) +
    512
  )
}

/**
 * out[kernelHeight, kernelWidth, channels, outChannels] = sum over pixels of patch^T gradient: the filter gradient.
 * Summed in blocks of at most 256 pixels, and these in groups.
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
  const groups = hasGroups(shape)
  const sums = groups ? packed + 4 * SUM_BLOCK * <usize>wholePanels(n) : out
  const sumBytes = 4 * <usize>depth * n
  tapOffsets(shape, lineBytes, pitch, taps)
  const few = hasFewChannels(channels(shape), n)
  if (few) listQuads(taps, depth, quads)
  listRows(rows, sums, 4 * n, depth, nowhere)
  for (let i = depth; i < depth + ROWS; i++) store<u32>(taps + 4 * <usize>i, 0)

  memory.fill(out, 0, sumBytes)
  if (groups) memory.fill(sums, 0, sumBytes)
  let summed = 0
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
      summed += m1
      listPixels(shape, m0, m1, base, readImageBytes, stepRow, stepColumn, base, patches)
      if (few) addGradientOfFew(m1, depth, n, quads, patches, gradient, sums)
      else {
        // A few whole panels are read where they lie: their rows are short enough for the cache.
        const direct = n <= 32 && n === wholePanels(n)
        if (!direct) packPanels(gradient, 4 * <usize>n, false, m1, n, packed)
        const panels = direct ? gradient : packed
        multiplyBlock(depth, m1, n, taps, patches, panels, direct ? 4 * n : 0, rows, 0, FROM_OUTPUT, 0, LINEAR)
      }
      gradient += 4 * <usize>m1 * n
      if (groups && summed >= SUM_GROUP) {
        addRow(out, sums, out, 1, depth * n)
        memory.fill(sums, 0, sumBytes)
        summed = 0
      }
    }
  }
  if (groups) addRow(out, sums, out, 1, depth * n)
}
