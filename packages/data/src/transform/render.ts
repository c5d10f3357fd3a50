import type { Pixels } from '../image/pixels.js'
import { drawing } from './drawing.js'
import { type Light, type RowReader, rowReader } from './light.js'
import { isUpright, type Matrix, moved, scaling, times, translation } from './matrix.js'
import { inside, linearTaps, nearestTaps, type PaddingMode, paddingModes, type Taps } from './taps.js'

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
  const { matrix, width, height, padding } = frame
  const { channels } = source
  const desk = drawing()
  desk.begin()
  const read = rowReader(source, light)
  const plane = (at: number): Plane => ({
    data: desk.floats.slice(at / 4, at / 4 + height * width * channels),
    height,
    width,
    channels,
  })
  if (isUpright(matrix)) return plane(upright(source, frame, read))
  // Pixels of the source to one of what is drawn, along each side of the source, in the middle.
  const [x, y] = [width / 2, height / 2]
  const [middle, right, below] = [moved(matrix, x, y), moved(matrix, x + 1, y), moved(matrix, x, y + 1)]
  const scale = ([0, 1] as const).map(axis => coarser(Math.hypot(right[axis] - middle[axis], below[axis] - middle[axis])))
  const seen = partSeen(source, frame)
  const [wide, tall] = [Math.max(1, Math.round(seen.width / scale[0]!)), Math.max(1, Math.round(seen.height / scale[1]!))]
  const [sx, sy] = [seen.width / wide, seen.height / tall]
  const into: Matrix = [sx, 0, seen.left, 0, sy, seen.top, 0, 0, 1]
  const small = upright(source, { height: tall, width: wide, matrix: into, padding: 'border' }, read)
  const back = times(times(scaling(1 / sx, 1 / sy), translation(-seen.left, -seen.top)), matrix)
  const [at, out] = [desk.putDoubles(back), desk.room(height * width * channels)]
  desk.run.turned(small, tall, wide, channels, at, paddingModes.indexOf(padding), out, height, width)
  return plane(out)
}

function coarser(scale: number): number {
  return scale > 1.25 ? scale : 1
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

/** Along one side after the other, rows first. Returns where it lies. */
function upright(source: Pixels, { height, width, matrix, padding }: Frame, read: RowReader): number {
  const desk = drawing()
  const { run } = desk
  const { channels } = source
  const columns = linearTaps(width, matrix[0]!, matrix[2]!, source.width, padding)
  const rows = linearTaps(height, matrix[4]!, matrix[5]!, source.height, padding)
  const [left, right] = reach(columns).map(place => place * channels) as [number, number]
  const count = right - left
  const [starts, counts, weights] = [
    desk.putIntegers(columns.starts.map(start => start - left / channels)),
    desk.putIntegers(columns.counts),
    desk.putFloats(columns.weights),
  ]
  const [out, sum, none] = [desk.room(height * width * channels), desk.room(count), desk.putFloats(new Float32Array(count))]
  const draw = (row: number, y: number) =>
    run.along(row, starts, counts, weights, columns.most, channels, out + 4 * y * width * channels, width)
  // A row of the source is read once, for all rows that it counts in, which come one after the other.
  const ring = Array.from({ length: rows.most }, () => desk.room(count))
  const held = new Int32Array(rows.most).fill(-1)
  const rowOf = (of: number): number => {
    const place = of % rows.most
    if (held[place] !== of) read(ring[place]!, of, left, right)
    held[place] = of
    return ring[place]!
  }
  for (let y = 0; y < height; y++) {
    const taps = rows.counts[y]!
    const first = rows.starts[y]!
    const weight = (tap: number) => rows.weights[y * rows.most + tap]!
    if (taps === 0) draw(none, y)
    else if (taps === 1) draw(rowOf(first), y)
    else {
      run.twoRows(sum, rowOf(first), weight(0), rowOf(first + 1), weight(1), count)
      for (let k = 2; k < taps; k += 2) {
        const [next, its] = k + 1 < taps ? [rowOf(first + k + 1), weight(k + 1)] : [none, 0]
        run.addTwoRows(sum, rowOf(first + k), weight(k), next, its, count)
      }
      draw(sum, y)
    }
  }
  return out
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
