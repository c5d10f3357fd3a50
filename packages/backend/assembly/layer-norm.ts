import { addToTotals, lanes, sumRun } from './reduce'
import { madd, zero } from './simd'

/**
 * Layer normalization of x[rows, columns]: each row by its own mean and variance. A row's `statistics` are three numbers: its mean,
 * what rounding left of the mean (so that rows far from zero keep their precision), and 1 / sqrt(variance + epsilon).
 */
const STATISTICS_BYTES: usize = 12

/** As in sums: so many terms are added in float32, and those sums in float64. */
const BLOCK: i32 = 128

export function layerNormScratchBytes(columns: i32): i32 {
  return (2 * 8 + 2 * 4) * columns + 64
}

/** y = (x - mean) / sqrt(variance + epsilon) scale + offset */
export function layerNorm(
  x: usize,
  rows: i32,
  columns: i32,
  scale: usize,
  offset: usize,
  epsilon: f64,
  y: usize,
  statistics: usize,
): void {
  const rowBytes: usize = 4 * columns
  for (let i = 0; i < rows; i++, x += rowBytes, y += rowBytes, statistics += STATISTICS_BYTES) {
    findStatistics(x, columns, epsilon, statistics)
    const center = load<f32>(statistics)
    const rest = load<f32>(statistics, 4)
    const root = load<f32>(statistics, 8)
    const centers = f32x4.splat(center)
    const rests = f32x4.splat(rest)
    const roots = f32x4.splat(root)
    let at: usize = 0
    for (; at + 16 <= rowBytes; at += 16) {
      const normal = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + at), centers), rests), roots)
      v128.store(y + at, madd(normal, v128.load(scale + at), v128.load(offset + at)))
    }
    for (; at < rowBytes; at += 4) {
      const normal = (load<f32>(x + at) - center - rest) * root
      store<f32>(y + at, normal * load<f32>(scale + at) + load<f32>(offset + at))
    }
  }
}

/** Of n adjacent numbers: first about the mean of their float32 sums, and then what that mean missed, from the differences to it. */
function findStatistics(x: usize, n: i32, epsilon: f64, statistics: usize): void {
  const center = <f32>(sumRun(x, n) / <f64>n)
  const centers = f32x4.splat(center)
  let sum = 0.0
  let squares = 0.0
  let left = n
  while (left >= 4) {
    const vectors = min(left >> 2, BLOCK)
    let a = zero()
    let b = a
    let u = a
    let v = a
    let i = 0
    for (; i + 2 <= vectors; i += 2, x += 32) {
      const p = f32x4.sub(v128.load(x), centers)
      const q = f32x4.sub(v128.load(x, 16), centers)
      a = f32x4.add(a, p)
      b = f32x4.add(b, q)
      u = madd(p, p, u)
      v = madd(q, q, v)
    }
    if (i < vectors) {
      const p = f32x4.sub(v128.load(x), centers)
      a = f32x4.add(a, p)
      u = madd(p, p, u)
      x += 16
    }
    sum += lanes(f32x4.add(a, b))
    squares += lanes(f32x4.add(u, v))
    left -= 4 * vectors
  }
  for (; left > 0; left--, x += 4) {
    const p = <f64>(load<f32>(x) - center)
    sum += p
    squares += p * p
  }
  const rest = sum / <f64>n
  const variance = squares / <f64>n - rest * rest
  store<f32>(statistics, center)
  store<f32>(statistics, <f32>rest, 4)
  store<f32>(statistics, <f32>(1 / sqrt(variance + epsilon)), 8)
}

/** Gradients by x, by scale and by offset. */
export function layerNormGradient(
  dy: usize,
  x: usize,
  rows: i32,
  columns: i32,
  statistics: usize,
  scale: usize,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
): void {
  const rowBytes: usize = 4 * columns
  // Sums over rows of dy x^ and of dy: in float64, and in float32 those of the present block of rows.
  const scaleTotals = scratch
  const offsetTotals = scaleTotals + 2 * rowBytes
  const scaleSums = offsetTotals + 2 * rowBytes
  const offsetSums = scaleSums + rowBytes
  memory.fill(scratch, 0, 6 * rowBytes)
  let inBlock = 0
  for (let i = 0; i < rows; i++, dy += rowBytes, x += rowBytes, dx += rowBytes, statistics += STATISTICS_BYTES) {
    const center = load<f32>(statistics)
    const rest = load<f32>(statistics, 4)
    const root = load<f32>(statistics, 8)
    const centers = f32x4.splat(center)
    const rests = f32x4.splat(rest)
    const roots = f32x4.splat(root)

    // Over the row: the sum of g = dy scale, and that of g x^, where x^ is the normalized x.
    let sum = 0.0
    let product = 0.0
    let at: usize = 0
    while (at + 16 <= rowBytes) {
      const end = at + min((rowBytes - at) & ~15, <usize>(16 * BLOCK))
      let a = zero()
      let b = a
      for (; at < end; at += 16) {
        const d = v128.load(dy + at)
        const normal = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + at), centers), rests), roots)
        const g = f32x4.mul(d, v128.load(scale + at))
        a = f32x4.add(a, g)
        b = madd(g, normal, b)
        v128.store(offsetSums + at, f32x4.add(v128.load(offsetSums + at), d))
        v128.store(scaleSums + at, madd(d, normal, v128.load(scaleSums + at)))
      }
      sum += lanes(a)
      product += lanes(b)
    }
    for (; at < rowBytes; at += 4) {
      const d = load<f32>(dy + at)
      const normal = (load<f32>(x + at) - center - rest) * root
      const g = d * load<f32>(scale + at)
      sum += <f64>g
      product += <f64>g * <f64>normal
      store<f32>(offsetSums + at, load<f32>(offsetSums + at) + d)
      store<f32>(scaleSums + at, load<f32>(scaleSums + at) + d * normal)
    }
    if (++inBlock === BLOCK || i === rows - 1) {
      inBlock = 0
      moveToTotals(scaleSums, columns, scaleTotals)
      moveToTotals(offsetSums, columns, offsetTotals)
    }

    // dx = (g - mean(g) - x^ mean(g x^)) / sqrt(variance + epsilon)
    const shift = <f32>(sum / <f64>columns)
    const slope = <f32>((product / <f64>columns) * <f64>root)
    const shifts = f32x4.splat(shift)
    const slopes = f32x4.splat(slope)
    for (at = 0; at + 16 <= rowBytes; at += 16) {
      const centered = f32x4.sub(f32x4.sub(v128.load(x + at), centers), rests)
      const g = f32x4.mul(v128.load(dy + at), v128.load(scale + at))
      v128.store(dx + at, f32x4.mul(f32x4.sub(f32x4.sub(g, shifts), f32x4.mul(centered, slopes)), roots))
    }
    for (; at < rowBytes; at += 4) {
      const centered = load<f32>(x + at) - center - rest
      const g = load<f32>(dy + at) * load<f32>(scale + at)
      store<f32>(dx + at, (g - shift - centered * slope) * root)
    }
  }
  for (let j = 0; j < columns; j++) {
    store<f32>(dScale + 4 * j, <f32>load<f64>(scaleTotals + 8 * j))
    store<f32>(dOffset + 4 * j, <f32>load<f64>(offsetTotals + 8 * j))
  }
}

/** totals += sums, and sums = 0 */
function moveToTotals(sums: usize, columns: i32, totals: usize): void {
  let j = 0
  for (; j + 4 <= columns; j += 4) addToTotals(totals + 8 * j, v128.load(sums + 4 * j))
  for (; j < columns; j++) store<f64>(totals + 8 * j, load<f64>(totals + 8 * j) + <f64>load<f32>(sums + 4 * j))
  memory.fill(sums, 0, 4 * <usize>columns)
}
