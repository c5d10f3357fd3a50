import { tile } from './memory'
import { addToTotals } from './reduce'
import { madd, putPair } from './simd'

/**
 * Batch normalization of x[rows, channels] over its rows. Statistics come from blocks of 128 rows: each block's mean first, then its
 * squares about that mean while it is still in the cache, joined in float64. x is read once for them.
 */
const BLOCK: i32 = 128

/** totals = the float64 means of the channels, and then the sums of squares about them. */
export function momentTotals(x: usize, rows: i32, channels: i32, totals: usize): void {
  const means = totals
  const squares = totals + 8 * <usize>channels
  memory.fill(totals, 0, 16 * <usize>channels)
  const rowBytes: usize = 4 * channels
  for (let first = 0; first < rows; first += BLOCK, x += BLOCK * rowBytes) {
    const block = min(BLOCK, rows - first)
    const share: f64 = 1 / <f64>block
    const all = <f64>(first + block)
    let c = 0
    for (; c + 8 <= channels; c += 8) {
      let a = f32x4.splat(0)
      let b = a
      let from = x + 4 * <usize>c
      for (let i = 0; i < block; i++, from += rowBytes) {
        a = f32x4.add(a, v128.load(from))
        b = f32x4.add(b, v128.load(from, 16))
      }
      a = f32x4.mul(a, f32x4.splat(<f32>share))
      b = f32x4.mul(b, f32x4.splat(<f32>share))
      let u = f32x4.splat(0)
      let v = u
      // What rounding left of the block's mean, so that it does not enter the squares.
      let s = u
      let t = u
      from = x + 4 * <usize>c
      for (let i = 0; i < block; i++, from += rowBytes) {
        const p = f32x4.sub(v128.load(from), a)
        const q = f32x4.sub(v128.load(from, 16), b)
        s = f32x4.add(s, p)
        t = f32x4.add(t, q)
        u = madd(p, p, u)
        v = madd(q, q, v)
      }
      const sums = tile
      v128.store(sums, b, 16)
      v128.store(sums, a)
      v128.store(sums, t, 48)
      v128.store(sums, s, 32)
      v128.store(sums, v, 80)
      v128.store(sums, u, 64)
      for (let lane = 0; lane < 8; lane++) {
        const at = sums + 4 * lane
        joinOne(means, squares, c + lane, load<f32>(at), load<f32>(at, 32), load<f32>(at, 64), first, block, all)
      }
    }
    for (; c < channels; c++) {
      let a: f32 = 0
      let from = x + 4 * <usize>c
      for (let i = 0; i < block; i++, from += rowBytes) a += load<f32>(from)
      a = a * <f32>share
      let s: f32 = 0
      let u: f32 = 0
      from = x + 4 * <usize>c
      for (let i = 0; i < block; i++, from += rowBytes) {
        const p = load<f32>(from) - a
        s += p
        u += p * p
      }
      joinOne(means, squares, c, a, s, u, first, block, all)
    }
  }
}

/** Joins the totals of `more` other rows to those of `rows`. */
export function joinMoments(totals: usize, rows: i32, others: usize, more: i32, channels: i32): void {
  const all = <f64>(rows + more)
  for (let c = 0; c < channels; c++, totals += 8, others += 8) {
    const difference = load<f64>(others) - load<f64>(totals)
    store<f64>(totals, load<f64>(totals) + (difference * <f64>more) / all)
    const squares = totals + 8 * <usize>channels
    const between = (difference * difference * <f64>rows * <f64>more) / all
    store<f64>(squares, load<f64>(squares) + load<f64>(others + 8 * <usize>channels) + between)
  }
}

/** mean and variance (of the population) of each channel, from its totals. */
export function moments(totals: usize, rows: i32, channels: i32, mean: usize, variance: usize): void {
  const squares = totals + 8 * <usize>channels
  for (let c = 0; c < channels; c++) {
    store<f32>(mean + 4 * c, <f32>load<f64>(totals + 8 * c))
    store<f32>(variance + 4 * c, <f32>(load<f64>(squares + 8 * c) / <f64>rows))
  }
}

/** Joins a block with what came before it (Chan, Golub and LeVeque 1979): `a` about its mean, `s` what is left of it, `u` its squares. */
function joinOne(means: usize, squares: usize, c: i32, a: f32, s: f32, u: f32, before: i32, block: i32, all: f64): void {
  const rest = <f64>s / <f64>block
  const blockMean = <f64>a + rest
  const blockSquares = <f64>u - <f64>s * rest
  const difference = blockMean - load<f64>(means + 8 * c)
  store<f64>(means + 8 * c, load<f64>(means + 8 * c) + (difference * <f64>block) / all)
  const between = (difference * difference * <f64>before * <f64>block) / all
  store<f64>(squares + 8 * c, load<f64>(squares + 8 * c) + blockSquares + between)
}

/** out = average - share (average - value): one step of a running average. */
export function moveTowards(average: usize, value: usize, share: f32, out: usize, n: i32): void {
  for (let i: usize = 0; i < 4 * <usize>n; i += 4) {
    const old = load<f32>(average + i)
    store<f32>(out + i, old - (old - load<f32>(value + i)) * share)
  }
}

/** y = (x - mean) / sqrt(variance + epsilon) * scale + offset; scale and offset may be 0 (absent). `factors`: memory for two numbers of each channel. */
export function normalize(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  scale: usize,
  offset: usize,
  epsilon: f32,
  y: usize,
  factors: usize,
): void {
  const shifts = factors + 4 * <usize>channels
  for (let c = 0; c < channels; c++) {
    const root = <f32>1 / sqrt(load<f32>(variance + 4 * c) + epsilon)
    store<f32>(factors + 4 * c, scale ? root * load<f32>(scale + 4 * c) : root)
    store<f32>(shifts + 4 * c, offset ? load<f32>(offset + 4 * c) : 0)
  }
  for (let i = 0; i < rows; i++) {
    let c: usize = 0
    const rowBytes: usize = 4 * channels
    for (; c + 32 <= rowBytes; c += 32) {
      const left = f32x4.sub(v128.load(x + c), v128.load(mean + c)),
        right = f32x4.sub(v128.load(x + c, 16), v128.load(mean + c, 16))
      const l = madd(left, v128.load(factors + c), v128.load(shifts + c)),
        r = madd(right, v128.load(factors + c, 16), v128.load(shifts + c, 16))
      putPair(y + c, l, r)
    }
    for (; c < rowBytes; c += 4) {
      store<f32>(y + c, (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(factors + c) + load<f32>(shifts + c))
    }
    x += rowBytes
    y += rowBytes
  }
}

/** totals = the sums over rows of dy, and then of dy (x - mean): float64 per channel. */
export function gradientTotals(dy: usize, x: usize, rows: i32, channels: i32, mean: usize, totals: usize): void {
  const dyTotals = totals
  const products = totals + 8 * <usize>channels
  memory.fill(totals, 0, 16 * <usize>channels)
  const rowBytes: usize = 4 * channels
  for (let first = 0; first < rows; first += BLOCK, x += BLOCK * rowBytes, dy += BLOCK * rowBytes) {
    const block = min(BLOCK, rows - first)
    let c = 0
    for (; c + 8 <= channels; c += 8) {
      const m = v128.load(mean + 4 * c)
      const n = v128.load(mean + 4 * c, 16)
      let a = f32x4.splat(0)
      let b = a
      let u = a
      let v = a
      let at = 4 * <usize>c
      for (let i = 0; i < block; i++, at += rowBytes) {
        const d = v128.load(dy + at)
        const e = v128.load(dy + at, 16)
        a = f32x4.add(a, d)
        b = f32x4.add(b, e)
        u = madd(d, f32x4.sub(v128.load(x + at), m), u)
        v = madd(e, f32x4.sub(v128.load(x + at, 16), n), v)
      }
      const sums = tile
      v128.store(sums, b, 16)
      v128.store(sums, a)
      v128.store(sums, v, 48)
      v128.store(sums, u, 32)
      for (let half: usize = 0; half < 2; half++) {
        addToTotals(dyTotals + 8 * c + 32 * half, v128.load(sums + 16 * half))
        addToTotals(products + 8 * c + 32 * half, v128.load(sums + 16 * half, 32))
      }
    }
    for (; c < channels; c++) {
      const m = load<f32>(mean + 4 * c)
      let a: f32 = 0
      let u: f32 = 0
      let at = 4 * <usize>c
      for (let i = 0; i < block; i++, at += rowBytes) {
        const d = load<f32>(dy + at)
        a += d
        u += d * (load<f32>(x + at) - m)
      }
      store<f64>(dyTotals + 8 * c, load<f64>(dyTotals + 8 * c) + <f64>a)
      store<f64>(products + 8 * c, load<f64>(products + 8 * c) + <f64>u)
    }
  }
}

/** Adds the totals of other rows. */
export function joinGradientTotals(totals: usize, others: usize, channels: i32): void {
  for (let i: usize = 0; i < 16 * <usize>channels; i += 8) store<f64>(totals + i, load<f64>(totals + i) + load<f64>(others + i))
}

/**
 * The gradients of batch normalization that belong to channels, from their totals over all rows, and the factors with which
 * `normalizeGradient` makes dx. In training the statistics depend on x: `dMean` and `dVariance` are then 0. With given statistics they
 * receive the gradients of those. scale may be 0 (absent). `factors`: memory for three numbers of each channel.
 */
export function channelGradients(
  totals: usize,
  rows: i32,
  channels: i32,
  variance: usize,
  scale: usize,
  epsilon: f32,
  dScale: usize,
  dOffset: usize,
  dMean: usize,
  dVariance: usize,
  factors: usize,
): void {
  const products = totals + 8 * <usize>channels
  const shifts = factors + 4 * <usize>channels
  const slopes = shifts + 4 * <usize>channels
  for (let c = 0; c < channels; c++) {
    const total = load<f64>(totals + 8 * c)
    const product = load<f64>(products + 8 * c)
    const inverse: f64 = 1 / (<f64>load<f32>(variance + 4 * c) + <f64>epsilon)
    const root = sqrt(inverse)
    const factor = scale ? root * <f64>load<f32>(scale + 4 * c) : root
    store<f32>(factors + 4 * c, <f32>factor)
    store<f32>(dOffset + 4 * c, <f32>total)
    store<f32>(dScale + 4 * c, <f32>(product * root))
    store<f32>(shifts + 4 * c, <f32>(total / <f64>rows))
    store<f32>(slopes + 4 * c, <f32>((product * inverse) / <f64>rows))
    if (dMean) {
      store<f32>(dMean + 4 * c, <f32>(-total * factor))
      store<f32>(dVariance + 4 * c, <f32>(-0.5 * product * factor * inverse))
    }
  }
}

/** dx of some rows. In training it holds what reaches x through the statistics too. */
export function normalizeGradient(
  dy: usize,
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  factors: usize,
  training: bool,
  dx: usize,
): void {
  const rowBytes: usize = 4 * channels
  const shifts = factors + rowBytes
  const slopes = shifts + rowBytes
  for (let i = 0; i < rows; i++) {
    let c: usize = 0
    for (; c + 32 <= rowBytes; c += 32) {
      let l = v128.load(dy + c),
        r = v128.load(dy + c, 16)
      if (training) {
        const left = f32x4.sub(v128.load(x + c), v128.load(mean + c)),
          right = f32x4.sub(v128.load(x + c, 16), v128.load(mean + c, 16))
        l = f32x4.sub(f32x4.sub(l, v128.load(shifts + c)), f32x4.mul(left, v128.load(slopes + c)))
        r = f32x4.sub(f32x4.sub(r, v128.load(shifts + c, 16)), f32x4.mul(right, v128.load(slopes + c, 16)))
      }
      putPair(dx + c, f32x4.mul(l, v128.load(factors + c)), f32x4.mul(r, v128.load(factors + c, 16)))
    }
    for (; c < rowBytes; c += 4) {
      let d = load<f32>(dy + c)
      if (training) {
        const centered = load<f32>(x + c) - load<f32>(mean + c)
        d = d - load<f32>(shifts + c) - centered * load<f32>(slopes + c)
      }
      store<f32>(dx + c, d * load<f32>(factors + c))
    }
    x += rowBytes
    dy += rowBytes
    dx += rowBytes
  }
}
