import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import { numbersOf } from '../kernels.js'
import type { ConvolutionAttrs } from './geometry.js'

type Conv3DInfoArgs = Parameters<typeof backend_util.computeConv3DInfo>

export interface Convolution3DAttrs {
  readonly strides: Conv3DInfoArgs[2]
  readonly pad: Conv3DInfoArgs[4]
}

/** Planes `first`, `first + stride`, ... of every volume of a batch `[volumes, depth, height, width, channels]`, `count` of them,
 * without their first rows and columns. */
export interface Planes {
  readonly first: number
  readonly count: number
  readonly stride: number
  readonly top: number
  readonly left: number
}

/** One tap of a filter along the depth, with the planes that it joins: a 2D convolution takes those of the input to those of the output. */
export interface DepthTap {
  readonly tap: number
  readonly input: Planes
  readonly output: Planes
}

/** A 3D convolution as what it is: a sum of 2D convolutions, which all have `attrs`. Taps that meet nothing but padding are left out. */
export function asConvolutionsOfPlanes(inShape: number[], filterShape: number[], { strides, pad }: Convolution3DAttrs) {
  const [inputs, filters] = [inShape as Conv3DInfoArgs[0], filterShape as Conv3DInfoArgs[1]]
  const g = backend_util.computeConv3DInfo(inputs, filters, strides, 1, pad)
  // 'same' with strides longer than the filter pads less than nothing in TensorFlow.js's 3D convolutions: it skips what comes first.
  const { front, top, bottom, left, right } = g.padInfo
  const attrs: ConvolutionAttrs = {
    strides: [g.strideHeight, g.strideWidth],
    pad: [
      [0, 0],
      [Math.max(0, top), Math.max(0, bottom)],
      [Math.max(0, left), Math.max(0, right)],
      [0, 0],
    ],
  }
  const taps = Array.from({ length: g.filterDepth }, (_, tap): DepthTap => {
    const first = Math.max(0, Math.ceil((front - tap) / g.strideDepth))
    const last = Math.min(g.outDepth - 1, Math.floor((g.inDepth - 1 + front - tap) / g.strideDepth))
    const count = last - first + 1
    const skipped = { top: Math.max(0, -top), left: Math.max(0, -left) }
    return {
      tap,
      input: { first: first * g.strideDepth + tap - front, count, stride: g.strideDepth, ...skipped },
      output: { first, count, stride: 1, top: 0, left: 0 },
    }
  })
  return { attrs, taps: taps.filter(({ output }) => output.count > 0) }
}

/** These planes as a batch of images. */
export function takePlanes(backend: BackendWasm, x: TensorInfo, planes: Planes): TensorInfo {
  const images = backend.makeOutput(imagesShape(x.shape, planes), 'float32')
  const [target, source] = numbersOf(backend, images, x)
  let to = 0
  eachRow(x.shape, planes, (from, length) => {
    target.set(source.subarray(from, from + length), to)
    to += length
  })
  return images
}

/** Adds a batch of images to these planes of `x`. */
export function addPlanes(backend: BackendWasm, x: TensorInfo, planes: Planes, images: TensorInfo): void {
  const [target, source] = numbersOf(backend, x, images)
  let from = 0
  eachRow(x.shape, planes, (to, length) => {
    for (let i = 0; i < length; i++) target[to + i]! += source[from++]!
  })
}

export function imagesShape(shape: number[], { count, top, left }: Planes): number[] {
  const [volumes, , height, width, channels] = shape as Conv3DInfoArgs[0]
  return [volumes * count, height - top, width - left, channels]
}

function eachRow(shape: number[], planes: Planes, visit: (start: number, length: number) => void): void {
  const [volumes, depth, height, width, channels] = shape as Conv3DInfoArgs[0]
  const length = (width - planes.left) * channels
  for (let n = 0; n < volumes; n++) {
    for (let i = 0; i < planes.count; i++) {
      const plane = n * depth + planes.first + i * planes.stride
      for (let y = planes.top; y < height; y++) visit(((plane * height + y) * width + planes.left) * channels, length)
    }
  }
}
