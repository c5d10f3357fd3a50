import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { Conv2D, DepthwiseConv2dNative, Slice, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { stockKernel } from '../kernels.js'
import type { Geometry } from './geometry.js'

/** One of the `stride` interleaved sub-sequences of an axis of the input, and what reaches it. */
interface Phase {
  /** Positions `first`, `first + stride`, ... of the input: `count` of them. */
  readonly first: number
  readonly count: number
  /** Taps `firstTap`, `firstTap + stride`, ... of the filter: `taps` of them, possibly none. */
  readonly firstTap: number
  readonly taps: number
  /** Zeros to put before and after `dy`; negative: entries of `dy` to leave out. */
  readonly before: number
  readonly after: number
}

/**
 * Input position `i` meets output `o` through tap `k` where `i + pad = o * stride + k`. Positions that agree modulo the stride
 * therefore share their taps, and for each such phase the gradient is an ordinary convolution of `dy` with those taps, flipped.
 */
function phases(inSize: number, outSize: number, filterSize: number, stride: number, pad: number): Phase[] {
  return Array.from({ length: Math.min(stride, inSize) }, (_, first) => {
    const count = Math.ceil((inSize - first) / stride)
    const firstTap = (first + pad) % stride
    const shift = (first + pad - firstTap) / stride
    const taps = Math.max(0, Math.ceil((filterSize - firstTap) / stride))
    return { first, count, firstTap, taps, before: taps - 1 - shift, after: count + shift - outSize }
  })
}

/**
 * The gradient of a convolution (plain or depthwise) with respect to its input, from `dy` `[batch, outHeight, outWidth, channels]`
 * and the filter `[height, width, inChannels, outChannels]`; depthwise: `[height, width, channels, 1]`. No multiplication is
 * spent on the zeros that a stride leaves between the outputs.
 */
export function inputGradient(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  g: Geometry,
  depthwise: boolean,
): TensorInfo {
  const rows = phases(g.inHeight, g.outHeight, g.filterHeight, g.strideHeight, g.padInfo.top)
  const columns = phases(g.inWidth, g.outWidth, g.filterWidth, g.strideWidth, g.padInfo.left)
  const parts = rows.flatMap(row =>
    columns.map(column => ({ row, column, values: phaseGradient(backend, dy, filter, row, column, g, depthwise) })),
  )
  const only = parts[0]?.values
  if (only && parts.length === 1) return only

  const channels = depthwise ? filter.shape[2]! : g.inChannels
  const dx = backend.makeOutput([g.batchSize, g.inHeight, g.inWidth, channels], 'float32')
  const target = backend.typedArrayFromHeap(dx)
  if (parts.some(part => !part.values)) target.fill(0)
  for (const { row, column, values } of parts) {
    if (!values) continue
    const source = backend.typedArrayFromHeap(values)
    let from = 0
    for (let n = 0; n < g.batchSize; n++) {
      for (let i = 0; i < row.count; i++) {
        let to = ((n * g.inHeight + row.first + i * g.strideHeight) * g.inWidth + column.first) * channels
        for (let j = 0; j < column.count; j++) {
          for (let c = 0; c < channels; c++) target[to + c] = source[from++]!
          to += g.strideWidth * channels
        }
      }
    }
    backend.disposeData(values.dataId)
  }
  return dx
}

function phaseGradient(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  row: Phase,
  column: Phase,
  g: Geometry,
  depthwise: boolean,
): TensorInfo | undefined {
  const [top, left] = [Math.max(0, -row.before), Math.max(0, -column.before)]
  const height = g.outHeight - top - Math.max(0, -row.after)
  const width = g.outWidth - left - Math.max(0, -column.after)
  if (row.taps === 0 || column.taps === 0 || height <= 0 || width <= 0) return undefined

  const cropped = height < g.outHeight || width < g.outWidth
  const size = [g.batchSize, height, width, dy.shape[3]!]
  const x = cropped ? stockKernel(backend, Slice, { x: dy }, { begin: [0, top, left, 0], size }) : dy
  const flipped = flippedTaps(backend, filter, row, column, g, depthwise)
  const pad = [
    [0, 0],
    [Math.max(0, row.before), Math.max(0, row.after)],
    [Math.max(0, column.before), Math.max(0, column.after)],
    [0, 0],
  ]
  const attrs = { strides: [1, 1], pad, dataFormat: 'NHWC', dilations: [1, 1] }
  const values = stockKernel(backend, depthwise ? DepthwiseConv2dNative : Conv2D, { x, filter: flipped }, attrs)
  backend.disposeData(flipped.dataId)
  if (cropped) backend.disposeData(x.dataId)
  return values
}

/** The taps of one phase in reverse order; a plain filter also changes its input with its output channels. */
function flippedTaps(
  backend: BackendWasm,
  filter: TensorInfo,
  row: Phase,
  column: Phase,
  g: Geometry,
  depthwise: boolean,
): TensorInfo {
  const [inner, outer] = [filter.shape[2]!, filter.shape[3]!]
  const shape = depthwise ? [row.taps, column.taps, inner, outer] : [row.taps, column.taps, outer, inner]
  const flipped = backend.makeOutput(shape, 'float32')
  const target = backend.typedArrayFromHeap(flipped)
  const source = backend.typedArrayFromHeap(filter)
  const block = util.sizeFromShape([inner, outer])
  const [toInner, toOuter] = depthwise ? [outer, 1] : [1, inner]
  let to = 0
  for (let i = row.taps - 1; i >= 0; i--) {
    for (let j = column.taps - 1; j >= 0; j--) {
      let from = ((row.firstTap + i * g.strideHeight) * g.filterWidth + column.firstTap + j * g.strideWidth) * block
      for (let a = 0; a < inner; a++) {
        for (let b = 0; b < outer; b++) target[to + a * toInner + b * toOuter] = source[from++]!
      }
      to += block
    }
  }
  return flipped
}
