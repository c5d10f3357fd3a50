import type { Pixels } from '../image/pixels.js'
import { type Light, type RowReader, rowReader } from './light.js'
import { isUpright, type Matrix, moved, scaling, times, translation } from './matrix.js'
import { inside, linearTaps, nearestTaps, type PaddingMode, type Taps } from './taps.js'

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
 * Draws a picture through a frame in one go, in a light, by linear interpolation. Where it shrinks it is made smaller first, so that every pixel
 * counts.
 */
export function render(source: Pixels, frame: Frame, light: Light): Plane {
  const { matrix, width, height } = frame
  const read = rowReader(source, light)
  if (isUpright(matrix)) return upright(source, frame, read, new Float32Array(width * height * source.channels))
  // Pixels of the source to one of what is drawn, along each side of the source, in the middle.
  const [x, y] = [width / 2, height / 2]
  const [middle, right, below] = [moved(matrix, x, y), moved(matrix, x + 1, y), moved(matrix, x, y + 1)]
  const scale = ([0, 1] as const).map(axis => coarser(Math.hypot(right[axis] - middle[axis], below[axis] - middle[axis])))
  const seen = partSeen(source, frame)
  const size = {
    width: Math.max(1, Math.round(seen.width / scale[0]!)),
    height: Math.max(1, Math.round(seen.height / scale[1]!)),
  }
  const [sx, sy] = [seen.width / size.width, seen.height / size.height]
  const into: Matrix = [sx, 0, seen.left, 0, sy, seen.top, 0, 0, 1]
  const small = upright(
    source,
    { ...size, matrix: into, padding: 'border' },
    read,
    room(size.width * size.height * source.channels),
  )
  return turned(small, { ...frame, matrix: times(times(scaling(1 / sx, 1 / sy), translation(-seen.left, -seen.top)), matrix) })
}

function coarser(scale: number): number {
  return scale > 1.25 ? scale : 1
}

let scratch = new Float32Array(0)

/** For what is read at once, and never again. */
function room(length: number): Float32Array {
  if (scratch.length < length) scratch = new Float32Array(length)
  return scratch
}

/** The part of a picture that a frame shows: all of it, where it shows what lies beyond. */
function partSeen(source: Pixels, { width, height, matrix }: Frame) {
  const corners = [moved(matrix, 0, 0), moved(matrix, width, 0), moved(matrix, 0, height), moved(matrix, width, height)]
  const side = (axis: 0 | 1, n: number, drawn: number) => {
    const at = corners.map(corner => corner[axis])
    const [low, high] = [Math.min(...at), Math.max(...at)]
    if (low < 0 || high > n) return { from: 0, to: n }
    // As much more as a pixel that is drawn may reach beyond its own place.
    const more = 2 + Math.ceil((high - low) / drawn)
    return { from: Math.max(0, Math.floor(low) - more), to: Math.min(n, Math.ceil(high) + more) }
  }
  const [across, down] = [side(0, source.width, width), side(1, source.height, height)]
  return { left: across.from, width: across.to - across.from, top: down.from, height: down.to - down.from }
}

/** Along one side after the other: rows first, which lie one number beside the other. */
function upright(source: Pixels, { height, width, matrix, padding }: Frame, read: RowReader, data: Float32Array): Plane {
  const { channels } = source
  const columns = linearTaps(width, matrix[0]!, matrix[2]!, source.width, padding)
  const rows = linearTaps(height, matrix[4]!, matrix[5]!, source.height, padding)
  const stride = source.width * channels
  const [left, right] = reach(columns)
  const line = new Float64Array(stride + 9)
  const zeros = new Float64Array(stride)
  // A row of the source is read once, for all rows that it counts in, which come one after the other.
  const ring = Array.from({ length: rows.most }, () => new Float64Array(stride + 9))
  const held = new Int32Array(rows.most).fill(-1)
  const rowOf = (of: number): Float64Array => {
    const place = of % rows.most
    const row = ring[place]!
    if (held[place] !== of) read(row, of, left, right)
    held[place] = of
    return row
  }
  for (let y = 0; y < height; y++) {
    const count = rows.counts[y]!
    const first = rows.starts[y]!
    const at = y * rows.most
    if (count === 0) data.fill(0, y * width * channels, (y + 1) * width * channels)
    else if (count === 1) along(rowOf(first), columns, channels, data, y * width * channels)
    else {
      const [from, to] = [left * channels, right * channels]
      addFirst(line, rowOf(first), rows.weights[at]!, rowOf(first + 1), rows.weights[at + 1]!, from, to)
      for (let k = 2; k < count; k += 2) {
        const isLast = k + 1 === count
        const [two, weight] = isLast ? [zeros, 0] : [rowOf(first + k + 1), rows.weights[at + k + 1]!]
        addMore(line, rowOf(first + k), rows.weights[at + k]!, two, weight, from, to)
      }
      along(line, columns, channels, data, y * width * channels)
    }
  }
  return { data, height, width, channels }
}

/** Two rows by their weights, the first of a sum or added to it. */
function addFirst(
  sum: Float64Array,
  one: Float64Array,
  weight: number,
  two: Float64Array,
  weightOfTwo: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) sum[i] = weight * one[i]! + weightOfTwo * two[i]!
}

function addMore(
  sum: Float64Array,
  one: Float64Array,
  weight: number,
  two: Float64Array,
  weightOfTwo: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) sum[i] = sum[i]! + weight * one[i]! + weightOfTwo * two[i]!
}

/** First and last place that counts. */
function reach({ starts, counts }: Taps): [from: number, to: number] {
  let [from, to] = [Number.POSITIVE_INFINITY, 0]
  for (let i = 0; i < starts.length; i++) {
    if (counts[i] === 0) continue
    from = Math.min(from, starts[i]!)
    to = Math.max(to, starts[i]! + counts[i]!)
  }
  return [Math.min(from, to), to]
}

/**
 * A row, drawn. The loops of three channels are apart, since they take half as long: that of four places, or fewer with weights of 0, reads beyond
 * what counts.
 */
function along(line: Float64Array, taps: Taps, channels: number, out: Float32Array | Float64Array, to: number): void {
  const { starts, counts, weights, most } = taps
  if (channels === 3 && taps.widest <= 4 && most >= 3) {
    for (let x = 0, tap = 0; x < starts.length; x++, to += 3, tap += most) {
      const at = starts[x]! * 3
      const a = weights[tap]!
      const b = weights[tap + 1]!
      const c = weights[tap + 2]!
      const d = taps.widest === 4 ? weights[tap + 3]! : 0
      out[to] = a * line[at]! + b * line[at + 3]! + c * line[at + 6]! + d * line[at + 9]!
      out[to + 1] = a * line[at + 1]! + b * line[at + 4]! + c * line[at + 7]! + d * line[at + 10]!
      out[to + 2] = a * line[at + 2]! + b * line[at + 5]! + c * line[at + 8]! + d * line[at + 11]!
    }
    return
  }
  for (let x = 0; x < starts.length; x++)
    for (let c = 0; c < channels; c++, to++) {
      let sum = 0
      let at = starts[x]! * channels + c
      const end = x * most + counts[x]!
      for (let tap = x * most; tap < end; tap++, at += channels) sum += weights[tap]! * line[at]!
      out[to] = sum
    }
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
      if (channels === 3) {
        out[to] = nw * data[p]! + ne * data[q]! + sw * data[r]! + se * data[s]!
        out[to + 1] = nw * data[p + 1]! + ne * data[q + 1]! + sw * data[r + 1]! + se * data[s + 1]!
        out[to + 2] = nw * data[p + 2]! + ne * data[q + 2]! + sw * data[r + 2]! + se * data[s + 2]!
        to += 3
      } else
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
