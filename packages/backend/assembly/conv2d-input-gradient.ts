import { gather, gatherScratchBytes, packedBytes, packFilter } from './conv2d'
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
  SHAPE_BYTES,
  setShape,
  strideHeight,
  strideWidth,
  width,
} from './shape'

/**
 * The input gradient, without scattering: input pixels that share their phase of the stride see the same taps of the filter, and for them
 * the gradient is an ordinary convolution of the output gradient with those taps turned round. The geometry of one phase at a time is
 * laid down behind that of the whole.
 */

// Along one axis: how many pixels share the phase that begins with `first`, and which taps reach them.
function countOf(first: i32, size: i32, stride: i32): i32 {
  return (size - first + stride - 1) / stride
}
function firstTapOf(first: i32, stride: i32, pad: i32): i32 {
  return (first + pad) % stride
}
function tapsOf(first: i32, kernel: i32, stride: i32, pad: i32): i32 {
  return (max(kernel - firstTapOf(first, stride, pad), 0) + stride - 1) / stride
}

/** Lays down the geometry of the phase that begins with this row and column. */
function phase(shape: usize, row: i32, column: i32): usize {
  const at = shape + SHAPE_BYTES
  const strideH = strideHeight(shape),
    strideW = strideWidth(shape),
    top = padTop(shape),
    left = padLeft(shape)
  const tapsH = tapsOf(row, kernelHeight(shape), strideH, top),
    tapsW = tapsOf(column, kernelWidth(shape), strideW, left)
  setShape(
    at,
    images(shape),
    outHeight(shape),
    outWidth(shape),
    outChannels(shape),
    countOf(row, height(shape), strideH),
    countOf(column, width(shape), strideW),
    channels(shape),
    tapsH,
    tapsW,
    tapsH - 1 - (row + top) / strideH,
    tapsW - 1 - (column + left) / strideW,
  )
  return at
}

function phasesDown(shape: usize): i32 {
  return min(strideHeight(shape), height(shape))
}
function phasesAcross(shape: usize): i32 {
  return min(strideWidth(shape), width(shape))
}

function depthOf(phase: usize): i32 {
  return kernelHeight(phase) * kernelWidth(phase) * channels(phase)
}

/** Bytes of a filter as `packInputFilter` packs it, and of what it needs for that. */
export function inputFilterBytes(shape: usize): i32 {
  let bytes = 4 * kernelHeight(shape) * kernelWidth(shape) * channels(shape) * outChannels(shape)
  for (let row = 0; row < phasesDown(shape); row++) {
    for (let column = 0; column < phasesAcross(shape); column++)
      bytes += packedBytes(depthOf(phase(shape, row, column)), channels(shape))
  }
  return bytes
}

/** Packs a filter for `inputGradient`: what each phase has of it, turned round. */
export function packInputFilter(shape: usize, filter: usize, out: usize): void {
  const inputs = channels(shape)
  const strideH = strideHeight(shape),
    strideW = strideWidth(shape)
  const kernelH = kernelHeight(shape),
    kernelW = kernelWidth(shape)
  const turned = out + inputFilterBytes(shape) - 4 * <usize>(kernelH * kernelW * inputs) * outChannels(shape)
  for (let row = 0; row < phasesDown(shape); row++) {
    const tapH = firstTapOf(row, strideH, padTop(shape))
    for (let column = 0; column < phasesAcross(shape); column++) {
      const tapW = firstTapOf(column, strideW, padLeft(shape))
      const depth = depthOf(phase(shape, row, column))
      if (depth === 0) continue
      turnFilter(filter, kernelH, kernelW, inputs, outChannels(shape), tapH, tapW, strideH, strideW, turned)
      packFilter(turned, depth, inputs, out)
      out += packedBytes(depth, inputs)
    }
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

export function inputGradientScratchBytes(shape: usize): i32 {
  let bytes = 0
  for (let row = 0; row < phasesDown(shape); row++) {
    for (let column = 0; column < phasesAcross(shape); column++) bytes = max(bytes, gatherScratchBytes(phase(shape, row, column)))
  }
  return bytes
}

/** out[images, height, width, channels], from the gradient of the output and a filter as `packInputFilter` packs it. */
export function inputGradient(shape: usize, gradient: usize, filter: usize, out: usize, scratch: usize): void {
  const pixelBytes = 4 * <usize>channels(shape)
  const lineBytes = width(shape) * pixelBytes
  const imageBytes = height(shape) * lineBytes
  const rowStep = strideHeight(shape) * lineBytes,
    columnStep = strideWidth(shape) * pixelBytes
  for (let row = 0; row < phasesDown(shape); row++) {
    for (let column = 0; column < phasesAcross(shape); column++) {
      const own = phase(shape, row, column)
      const corner = out + row * lineBytes + column * pixelBytes
      gather(own, gradient, filter, corner, imageBytes, rowStep, columnStep, 0, 0, scratch)
      filter += packedBytes(depthOf(own), channels(shape))
    }
  }
}
