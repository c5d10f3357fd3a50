import type { Matrix } from './matrix.js'
import { isUpright, moved, scaling, times } from './matrix.js'
import { inside, linearTaps, nearestTaps, type PaddingMode } from './taps.js'

/** Floats, row by row, the channels of a pixel together. */
export interface Plane {
  readonly data: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** What is drawn: its size, and where each of its points lies in the source. */
export interface Frame {
  readonly height: number
  readonly width: number
  readonly matrix: Matrix
  readonly padding: PaddingMode
}

/**
 * Draws a picture through a frame in one go, by linear interpolation. Where it shrinks it is made smaller first, so that every pixel counts.
 */
export function render(source: Plane, frame: Frame): Plane {
  const { matrix } = frame
  if (isUpright(matrix)) return upright(source, frame)
  // Pixels of the source to one of what is drawn, along each side of the source, in the middle.
  const [x, y] = [frame.width / 2, frame.height / 2]
  const [middle, right, below] = [moved(matrix, x, y), moved(matrix, x + 1, y), moved(matrix, x, y + 1)]
  const along = (axis: 0 | 1) => Math.hypot(right[axis] - middle[axis], below[axis] - middle[axis])
  const [width, height] = [shrunk(source.width, along(0)), shrunk(source.height, along(1))]
  if (width === source.width && height === source.height) return turned(source, frame)
  const [scaleX, scaleY] = [source.width / width, source.height / height]
  const small = upright(source, { width, height, matrix: scaling(scaleX, scaleY), padding: 'border' })
  return turned(small, { ...frame, matrix: times(scaling(1 / scaleX, 1 / scaleY), matrix) })
}

function shrunk(side: number, scale: number): number {
  return scale > 1.25 ? Math.max(1, Math.round(side / scale)) : side
}

/** Along one side after the other. */
function upright(source: Plane, { height, width, matrix, padding }: Frame): Plane {
  const { channels } = source
  const columns = linearTaps(width, matrix[0]!, matrix[2]!, source.width, padding)
  const rows = linearTaps(height, matrix[4]!, matrix[5]!, source.height, padding)
  const [xs, xWeights, xCount] = [columns.at.map(at => at * channels), columns.weights, columns.count]
  const stride = width * channels
  const data = new Float32Array(height * stride)
  // A row of the source is drawn once, for all rows that it counts in.
  const drawn = new Map<number, Float32Array>()
  const rowOf = (y: number): Float32Array => {
    const known = drawn.get(y)
    if (known) return known
    const row = new Float32Array(stride)
    const from = y * source.width * channels
    if (channels === 3) {
      for (let x = 0, tap = 0, to = 0; x < width; x++, to += 3) {
        let red = 0
        let green = 0
        let blue = 0
        for (let k = 0; k < xCount; k++, tap++) {
          const weight = xWeights[tap]!
          const at = from + xs[tap]!
          red += weight * source.data[at]!
          green += weight * source.data[at + 1]!
          blue += weight * source.data[at + 2]!
        }
        row[to] = red
        row[to + 1] = green
        row[to + 2] = blue
      }
    } else {
      for (let x = 0, to = 0; x < width; x++)
        for (let c = 0; c < channels; c++, to++) {
          let sum = 0
          for (let k = 0; k < xCount; k++) sum += xWeights[x * xCount + k]! * source.data[from + xs[x * xCount + k]! + c]!
          row[to] = sum
        }
    }
    drawn.set(y, row)
    return row
  }
  for (let y = 0, tap = 0; y < height; y++) {
    const to = y * stride
    for (let k = 0; k < rows.count; k++, tap++) {
      const weight = rows.weights[tap]!
      if (weight === 0) continue
      const row = rowOf(rows.at[tap]!)
      for (let i = 0; i < stride; i++) data[to + i]! += weight * row[i]!
    }
  }
  return { data, height, width, channels }
}

function turned({ data, height: tall, width: wide, channels }: Plane, { height, width, matrix, padding }: Frame): Plane {
  const [a, b, c, d, e, f, g, h, i] = matrix as [number, number, number, number, number, number, number, number, number]
  const out = new Float32Array(height * width * channels)
  const flat = g === 0 && h === 0
  for (let y = 0, to = 0; y < height; y++) {
    const v = y + 0.5
    for (let x = 0; x < width; x++) {
      const u = x + 0.5
      const w = flat ? 1 / i : 1 / (g * u + h * v + i)
      const sx = (a * u + b * v + c) * w - 0.5
      const sy = (d * u + e * v + f) * w - 0.5
      let x0 = Math.floor(sx)
      let y0 = Math.floor(sy)
      let x1 = x0 + 1
      let y1 = y0 + 1
      const fx = sx - x0
      const fy = sy - y0
      let nw = (1 - fx) * (1 - fy)
      let ne = fx * (1 - fy)
      let sw = (1 - fx) * fy
      let se = fx * fy
      if (x0 < 0 || y0 < 0 || x1 >= wide || y1 >= tall) {
        x0 = inside(x0, wide, padding)
        x1 = inside(x1, wide, padding)
        y0 = inside(y0, tall, padding)
        y1 = inside(y1, tall, padding)
        if (x0 < 0 || y0 < 0) nw = 0
        if (x1 < 0 || y0 < 0) ne = 0
        if (x0 < 0 || y1 < 0) sw = 0
        if (x1 < 0 || y1 < 0) se = 0
        x0 = Math.max(0, x0)
        x1 = Math.max(0, x1)
        y0 = Math.max(0, y0)
        y1 = Math.max(0, y1)
      }
      const p = (y0 * wide + x0) * channels
      const q = (y0 * wide + x1) * channels
      const r = (y1 * wide + x0) * channels
      const s = (y1 * wide + x1) * channels
      for (let k = 0; k < channels; k++, to++)
        out[to] = nw * data[p + k]! + ne * data[q + k]! + sw * data[r + k]! + se * data[s + k]!
    }
  }
  return { data: out, height, width, channels }
}

/** Draws through a frame what must not be mixed: each pixel is that which lies nearest, beyond the edges `outside` where the frame has zeros. */
export function renderNearest(
  { data, height: tall, width: wide }: { data: Uint8Array | Float32Array; height: number; width: number },
  { height, width, matrix, padding }: Frame,
  outside = 0,
): Uint8Array {
  const out = new Uint8Array(height * width)
  if (isUpright(matrix)) {
    const xs = nearestTaps(width, matrix[0]!, matrix[2]!, wide, padding)
    const ys = nearestTaps(height, matrix[4]!, matrix[5]!, tall, padding)
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to++) out[to] = ys[y]! < 0 || xs[x]! < 0 ? outside : data[ys[y]! * wide + xs[x]!]!
    return out
  }
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to++) {
      const [sx, sy] = moved(matrix, x + 0.5, y + 0.5)
      const [column, row] = [inside(Math.floor(sx), wide, padding), inside(Math.floor(sy), tall, padding)]
      out[to] = column < 0 || row < 0 ? outside : data[row * wide + column]!
    }
  return out
}
