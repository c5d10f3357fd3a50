/**
 * The loops that draw a picture, on a memory of their own whose layout the caller decides (`src/transform/drawing.ts`). Addresses are in bytes,
 * counts in numbers, and numbers are floats. What goes by fours reads and writes up to 28 bytes beyond a row, where another one begins that is
 * written later, or nothing lies.
 */

/** Floats from 0 to 1 of bytes. */
export function ofBytes(from: usize, to: usize, count: i32): void {
  const scale = f32x4.splat(1.0 / 255.0)
  for (const end = from + count; from < end; from += 8, to += 32) {
    const both = v128.load8x8_u(from)
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(both)), scale))
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(both)), scale), 16)
  }
}

/** Floats of bytes, by a table of what each of the 256 is. */
export function byTable(from: usize, table: usize, to: usize, count: i32): void {
  for (const end = from + count; from < end; from++, to += 4) store<f32>(to, load<f32>(table + ((<usize>load<u8>(from)) << 2)))
}

/** Two rows by their weights. */
export function twoRows(sum: usize, one: usize, weight: f32, two: usize, weightOfTwo: f32, count: i32): void {
  const a = f32x4.splat(weight)
  const b = f32x4.splat(weightOfTwo)
  for (const end = sum + ((<usize>count) << 2); sum < end; sum += 16, one += 16, two += 16)
    v128.store(sum, f32x4.add(f32x4.mul(a, v128.load(one)), f32x4.mul(b, v128.load(two))))
}

/** Two more of them. */
export function addTwoRows(sum: usize, one: usize, weight: f32, two: usize, weightOfTwo: f32, count: i32): void {
  const a = f32x4.splat(weight)
  const b = f32x4.splat(weightOfTwo)
  for (const end = sum + ((<usize>count) << 2); sum < end; sum += 16, one += 16, two += 16) {
    const more = f32x4.add(f32x4.mul(a, v128.load(one)), f32x4.mul(b, v128.load(two)))
    v128.store(sum, f32x4.add(v128.load(sum), more))
  }
}

/** A row, drawn: each of `width` places from so many of the row, beginning at its start, by its weights, of which there is room for `most`. */
export function along(
  row: usize,
  starts: usize,
  counts: usize,
  weights: usize,
  most: i32,
  channels: i32,
  out: usize,
  width: i32,
): void {
  const each = (<usize>channels) << 2
  const step = (<usize>most) << 2
  for (const end = starts + ((<usize>width) << 2); starts < end; starts += 4, counts += 4, weights += step, out += each) {
    const count = load<i32>(counts)
    let at = row + <usize>load<i32>(starts) * each
    if (channels === 3) {
      let sum = f32x4.splat(0)
      for (let k = 0; k < count; k++, at += 12)
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + ((<usize>k) << 2)), v128.load(at)))
      v128.store(out, sum)
      continue
    }
    for (let c: usize = 0; c < each; c += 4) {
      let sum: f32 = 0
      for (let k = 0; k < count; k++) sum += load<f32>(weights + ((<usize>k) << 2)) * load<f32>(at + c + <usize>k * each)
      store<f32>(out + c, sum)
    }
  }
}

const ZEROS = 0
const BORDER = 1

/** Where the number at a place beyond the edges is taken from; -1 for zeros. */
function inside(i: i32, n: i32, padding: i32): i32 {
  if (<u32>i < <u32>n) return i
  if (padding === ZEROS) return -1
  if (padding === BORDER || n === 1) return i < 0 ? 0 : n - 1
  const period = 2 * (n - 1)
  const place = ((i % period) + period) % period
  return place < n ? place : period - place
}

/** A place within what whole numbers can say: beyond that there is nothing to see, and what is no number is far away. */
function bounded(place: f64): f64 {
  return place > -1e6 && place < 1e6 ? place : 1e6
}

/** A picture, seen through a frame: each of its pixels by linear interpolation of the four that lie around where `matrix`, 3 x 3, says. */
export function turned(
  data: usize,
  tall: i32,
  wide: i32,
  channels: i32,
  matrix: usize,
  padding: i32,
  out: usize,
  height: i32,
  width: i32,
): void {
  const a = load<f64>(matrix)
  const b = load<f64>(matrix, 8)
  const c = load<f64>(matrix, 16)
  const d = load<f64>(matrix, 24)
  const e = load<f64>(matrix, 32)
  const f = load<f64>(matrix, 40)
  const g = load<f64>(matrix, 48)
  const h = load<f64>(matrix, 56)
  const i = load<f64>(matrix, 64)
  const each = (<usize>channels) << 2
  for (let y = 0; y < height; y++) {
    const v = <f64>y + 0.5
    for (let x = 0; x < width; x++, out += each) {
      const u = <f64>x + 0.5
      const w = 1 / (g * u + h * v + i)
      const sx = bounded((a * u + b * v + c) * w - 0.5)
      const sy = bounded((d * u + e * v + f) * w - 0.5)
      let x0 = <i32>Math.floor(sx)
      let y0 = <i32>Math.floor(sy)
      let x1 = x0 + 1
      let y1 = y0 + 1
      const fx = <f32>(sx - <f64>x0)
      const fy = <f32>(sy - <f64>y0)
      let nw: f32 = (1 - fx) * (1 - fy)
      let ne: f32 = fx * (1 - fy)
      let sw: f32 = (1 - fx) * fy
      let se: f32 = fx * fy
      if (x0 < 0 || y0 < 0 || x1 >= wide || y1 >= tall) {
        x0 = inside(x0, wide, padding)
        x1 = inside(x1, wide, padding)
        y0 = inside(y0, tall, padding)
        y1 = inside(y1, tall, padding)
        if (x0 < 0 || y0 < 0) nw = 0
        if (x1 < 0 || y0 < 0) ne = 0
        if (x0 < 0 || y1 < 0) sw = 0
        if (x1 < 0 || y1 < 0) se = 0
        x0 = max(0, x0)
        x1 = max(0, x1)
        y0 = max(0, y0)
        y1 = max(0, y1)
      }
      const p = data + <usize>(y0 * wide + x0) * each
      const q = data + <usize>(y0 * wide + x1) * each
      const r = data + <usize>(y1 * wide + x0) * each
      const s = data + <usize>(y1 * wide + x1) * each
      if (channels === 3) {
        const above = f32x4.add(f32x4.mul(f32x4.splat(nw), v128.load(p)), f32x4.mul(f32x4.splat(ne), v128.load(q)))
        const below = f32x4.add(f32x4.mul(f32x4.splat(sw), v128.load(r)), f32x4.mul(f32x4.splat(se), v128.load(s)))
        v128.store(out, f32x4.add(above, below))
        continue
      }
      for (let k: usize = 0; k < each; k += 4)
        store<f32>(out + k, nw * load<f32>(p + k) + ne * load<f32>(q + k) + (sw * load<f32>(r + k) + se * load<f32>(s + k)))
    }
  }
}
