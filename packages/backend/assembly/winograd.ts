import { multiplyRows, padImages } from './conv2d'
import { DEPTH_BLOCK, padWithZeros, wholePanels } from './gemm'
import { activate, COLUMNS, FROM_OUTPUT, LINEAR, listSteps, micro, ROWS } from './micro'
import { packPanels } from './pack'
import { channels, height, images, outChannels, outHeight, outWidth, width } from './shape'

/**
 * Convolution with 3x3 filters and stride 1 by Winograd's F(2x2, 3x3): four output pixels take 16 products for each pair of channels
 * instead of 36. Input tiles of 4x4, filters and output tiles of 2x2 are transformed, and in between stand 16 matrix products.
 * Channels in and out must be multiples of 4. Source: Lavin and Gray 2015 (arXiv:1509.09308).
 */
const POINTS: i32 = 16

function tilesDown(shape: usize): i32 {
  return (outHeight(shape) + 1) >> 1
}
function tilesAcross(shape: usize): i32 {
  return (outWidth(shape) + 1) >> 1
}

/** Tiles transformed before they are multiplied: enough to amortize the filters, few enough for the second-level cache. */
function tileBlock(shape: usize): i32 {
  const tiles = 12288 / (channels(shape) + outChannels(shape))
  return min(max(tiles - (tiles % ROWS), 48), 192)
}

function imageBlock(shape: usize): i32 {
  const tiles = tilesDown(shape) * tilesAcross(shape)
  return min(max(tileBlock(shape) / max(tiles, 1), 1), max(images(shape), 1))
}

/** Bytes from one row of a transformed tile to the next: not a power of two, so that a column spreads over the whole cache. */
function rowBytesOf(depth: i32): i32 {
  return 4 * depth + 64
}

function paddedImageBytes(shape: usize): i32 {
  return 4 * (2 * tilesDown(shape) + 2) * (2 * tilesAcross(shape) + 2) * channels(shape)
}

function transformedBytes(shape: usize): i32 {
  return POINTS * tileBlock(shape) * (rowBytesOf(channels(shape)) + rowBytesOf(outChannels(shape)))
}

export function winogradScratchBytes(shape: usize): i32 {
  const c = channels(shape)
  const n = outChannels(shape)
  const tiles = tileBlock(shape)
  return (
    imageBlock(shape) * paddedImageBytes(shape) +
    transformedBytes(shape) +
    4 * tiles * wholePanels(n) +
    8 * (tiles + c + 2 * ROWS) +
    12 * wholePanels(n) +
    1024
  )
}

/** Where a filter of `c` x `n` channels is laid down, transformed and packed. */
export function winogradFilterBytes(c: i32, n: i32): i32 {
  return 4 * POINTS * c * wholePanels(n) + 4 * POINTS * c * n + 64
}

/** Transforms a filter [3, 3, c, n] (G g G^T) and packs it, one matrix for each of the 16 points. */
export function winogradFilter(filter: usize, c: i32, n: i32, out: usize): void {
  const plane: usize = 4 * c * n
  const transformed = out + 4 * POINTS * c * wholePanels(n)
  const half = f32x4.splat(0.5)
  for (let at: usize = 0; at < plane; at += 16) {
    // Down each of the three columns of the filter, then along the four rows of that.
    for (let i = 0; i < 4; i++) {
      const a = filterRow(filter + at, plane, i, half)
      const b = filterRow(filter + at + plane, plane, i, half)
      const d = filterRow(filter + at + 2 * plane, plane, i, half)
      const to = transformed + at + 4 * i * plane
      const sum = f32x4.add(a, d)
      v128.store(to, a)
      v128.store(to + plane, f32x4.mul(half, f32x4.add(sum, b)))
      v128.store(to + 2 * plane, f32x4.mul(half, f32x4.sub(sum, b)))
      v128.store(to + 3 * plane, d)
    }
  }
  for (let point = 0; point < POINTS; point++) {
    let source = transformed + point * plane
    for (let k = 0; k < c; k += DEPTH_BLOCK) {
      const block = min(DEPTH_BLOCK, c - k)
      packPanels(source, 4 * n, false, block, n, out)
      source += 4 * block * n
      out += 4 * block * wholePanels(n)
    }
  }
}

/** Row i of G times a column of the filter, whose elements lie three planes apart. */
function filterRow(g: usize, plane: usize, i: i32, half: v128): v128 {
  const top = v128.load(g)
  if (i === 0) return top
  const bottom = v128.load(g + 6 * plane)
  if (i === 3) return bottom
  const middle = v128.load(g + 3 * plane)
  const sum = f32x4.add(top, bottom)
  return f32x4.mul(half, i === 1 ? f32x4.add(sum, middle) : f32x4.sub(sum, middle))
}

/** B^T d B of one 4x4 tile of `c` channels; point p of the result goes to out + p * pointBytes. */
function transformInput(tile: usize, lineBytes: usize, c: i32, out: usize, pointBytes: usize): void {
  const pixel: usize = 4 * c
  for (let at: usize = 0; at < pixel; at += 16) {
    const r0 = tile + at
    const r1 = r0 + lineBytes
    const r2 = r1 + lineBytes
    const r3 = r2 + lineBytes
    const to = out + at
    transformRow(r0, r2, pixel, to, pointBytes, false)
    transformRow(r1, r2, pixel, to + 4 * pointBytes, pointBytes, true)
    transformRow(r2, r1, pixel, to + 8 * pointBytes, pointBytes, false)
    transformRow(r1, r3, pixel, to + 12 * pointBytes, pointBytes, false)
  }
}

/** One row of B^T d (the sum or the difference of two rows of the tile), times B. */
function transformRow(a: usize, b: usize, pixel: usize, out: usize, pointBytes: usize, add: bool): void {
  const t0 = combine(a, b, add)
  const t1 = combine(a + pixel, b + pixel, add)
  const t2 = combine(a + 2 * pixel, b + 2 * pixel, add)
  const t3 = combine(a + 3 * pixel, b + 3 * pixel, add)
  v128.store(out, f32x4.sub(t0, t2))
  v128.store(out + pointBytes, f32x4.add(t1, t2))
  v128.store(out + 2 * pointBytes, f32x4.sub(t2, t1))
  v128.store(out + 3 * pointBytes, f32x4.sub(t1, t3))
}

function combine(a: usize, b: usize, add: bool): v128 {
  return add ? f32x4.add(v128.load(a), v128.load(b)) : f32x4.sub(v128.load(a), v128.load(b))
}

/** Lays down the next `count` tiles of the padded images, transformed; `place` counts tiles within the group of images. */
function transformTiles(
  shape: usize,
  padded: usize,
  place: i32,
  count: i32,
  out: usize,
  rowBytes: usize,
  pointBytes: usize,
): void {
  const c = channels(shape)
  const across = tilesAcross(shape)
  const down = tilesDown(shape)
  const lineBytes: usize = 4 * (2 * across + 2) * c
  const imageBytes = paddedImageBytes(shape)
  for (let i = 0; i < count; i++, place++, out += rowBytes) {
    const image = place / (across * down)
    const within = place - image * across * down
    const row = within / across
    const column = within - row * across
    transformInput(padded + image * imageBytes + 2 * row * lineBytes + 8 * column * c, lineBytes, c, out, pointBytes)
  }
}

/** out = activation(conv(source, filter) + bias), [images, outHeight, outWidth, outChannels]. bias may be 0. */
export function winograd(
  shape: usize,
  source: usize,
  filter: usize,
  out: usize,
  bias: usize,
  activation: i32,
  scratch: usize,
): void {
  const c = channels(shape)
  const n = outChannels(shape)
  const across = tilesAcross(shape)
  const down = tilesDown(shape)
  const block = tileBlock(shape)
  const together = imageBlock(shape)
  const inRow: usize = rowBytesOf(c)
  const outRow: usize = rowBytesOf(n)
  const inPoint = <usize>block * inRow
  const outPoint = <usize>block * outRow

  const nowhere = scratch
  const paddedBias = nowhere + 4 * wholePanels(n)
  const rows = paddedBias + 4 * wholePanels(n)
  const starts = rows + 4 * (block + ROWS)
  const offsets = starts + 4 * (block + ROWS)
  const input = (offsets + 4 * c + 63) & ~63
  const sums = input + POINTS * inPoint
  const padded = sums + POINTS * outPoint
  if (bias) padWithZeros(paddedBias, bias, n)
  else memory.fill(paddedBias, 0, 4 * wholePanels(n))
  listSteps(offsets, c, 4)
  memory.fill(padded, 0, together * paddedImageBytes(shape))

  const sourceImageBytes = 4 * height(shape) * width(shape) * c
  const outImageBytes = 4 * outHeight(shape) * outWidth(shape) * n
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    padImages(shape, source + <usize>image * sourceImageBytes, count, 2 * down + 2, 2 * across + 2, 4 * channels(shape), padded)
    const tiles = count * down * across
    for (let first = 0; first < tiles; first += block) {
      const here = min(block, tiles - first)
      transformTiles(shape, padded, first, here, input, inRow, inPoint)
      let weights = filter
      for (let point = 0; point < POINTS; point++) {
        const source = input + <usize>point * inPoint
        const target = sums + <usize>point * outPoint
        for (let i = 0; i < here + ROWS; i++) {
          store<u32>(starts + 4 * i, <u32>(i < here ? source + <usize>i * inRow : source))
          store<u32>(rows + 4 * i, <u32>(i < here ? target + <usize>i * outRow : nowhere))
        }
        multiplyRows(here, c, n, starts, offsets, weights, rows, 0, LINEAR)
        weights += 4 * c * wholePanels(n)
      }
      for (let i = 0; i < here; i++) {
        const place = first + i
        const picture = place / (across * down)
        const within = place - picture * across * down
        const row = within / across
        const column = within - row * across
        const corner = out + <usize>(image + picture) * outImageBytes + 4 * (2 * row * outWidth(shape) + 2 * column) * n
        const twoRows = 2 * row + 1 < outHeight(shape)
        const twoColumns = 2 * column + 1 < outWidth(shape)
        transformOutput(
          sums + <usize>i * outRow,
          outPoint,
          n,
          corner,
          4 * outWidth(shape) * n,
          twoRows,
          twoColumns,
          paddedBias,
          activation,
        )
      }
    }
  }
}

/** A^T m A of one tile of sums: up to 2x2 output pixels. */
function transformOutput(
  sums: usize,
  pointBytes: usize,
  n: i32,
  out: usize,
  lineBytes: usize,
  twoRows: bool,
  twoColumns: bool,
  bias: usize,
  activation: i32,
): void {
  const pixel: usize = 4 * n
  for (let at: usize = 0; at < pixel; at += 16) {
    const m = sums + at
    const b = v128.load(bias + at)
    // Along the rows of m first: s is the sum of points 0 to 2 of each, d point 1 less 2 and 3.
    const s0 = firstOfThree(m, pointBytes)
    const s1 = firstOfThree(m + 4 * pointBytes, pointBytes)
    const s2 = firstOfThree(m + 8 * pointBytes, pointBytes)
    const s3 = firstOfThree(m + 12 * pointBytes, pointBytes)
    v128.store(out + at, activate(f32x4.add(b, f32x4.add(f32x4.add(s0, s1), s2)), activation))
    if (twoRows) v128.store(out + at + lineBytes, activate(f32x4.add(b, f32x4.sub(f32x4.sub(s1, s2), s3)), activation))
    if (!twoColumns) continue
    const d0 = lastOfThree(m, pointBytes)
    const d1 = lastOfThree(m + 4 * pointBytes, pointBytes)
    const d2 = lastOfThree(m + 8 * pointBytes, pointBytes)
    const d3 = lastOfThree(m + 12 * pointBytes, pointBytes)
    v128.store(out + at + pixel, activate(f32x4.add(b, f32x4.add(f32x4.add(d0, d1), d2)), activation))
    if (twoRows) v128.store(out + at + lineBytes + pixel, activate(f32x4.add(b, f32x4.sub(f32x4.sub(d1, d2), d3)), activation))
  }
}

function firstOfThree(m: usize, pointBytes: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(m), v128.load(m + pointBytes)), v128.load(m + 2 * pointBytes))
}

function lastOfThree(m: usize, pointBytes: usize): v128 {
  return f32x4.sub(f32x4.sub(v128.load(m + pointBytes), v128.load(m + 2 * pointBytes)), v128.load(m + 3 * pointBytes))
}

/** What `winogradFilterGradient` needs besides `winogradScratchBytes`: the 16 sums of products. */
export function winogradGradientBytes(c: i32, n: i32): i32 {
  return 4 * POINTS * c * n + 64
}

/** out[3, 3, channels, outChannels] = the filter gradient: G^T (sum over tiles of (B^T d B)^T (A dy A^T)) G. */
export function winogradFilterGradient(shape: usize, source: usize, gradient: usize, out: usize, scratch: usize): void {
  const c = channels(shape)
  const n = outChannels(shape)
  const across = tilesAcross(shape)
  const down = tilesDown(shape)
  const block = tileBlock(shape)
  const together = imageBlock(shape)
  const inRow: usize = rowBytesOf(c)
  const outRow: usize = rowBytesOf(n)
  const inPoint = <usize>block * inRow
  const outPoint = <usize>block * outRow
  const plane: usize = 4 * c * n

  const nowhere = scratch
  const rows = nowhere + 4 * wholePanels(n)
  const starts = rows + 4 * (c + ROWS)
  const offsets = starts + 4 * ROWS
  const totals = (offsets + 4 * block + 63) & ~63
  const input = (totals + POINTS * plane + 63) & ~63
  const gradients = input + POINTS * inPoint
  const packed = gradients + POINTS * outPoint
  const padded = packed + 4 * block * wholePanels(n) + 64
  listSteps(offsets, block, <i32>inRow)
  memory.fill(totals, 0, POINTS * plane)
  memory.fill(padded, 0, together * paddedImageBytes(shape))

  const sourceImageBytes = 4 * height(shape) * width(shape) * c
  const gradientImageBytes = 4 * outHeight(shape) * outWidth(shape) * n
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    padImages(shape, source + <usize>image * sourceImageBytes, count, 2 * down + 2, 2 * across + 2, 4 * channels(shape), padded)
    const tiles = count * down * across
    for (let first = 0; first < tiles; first += block) {
      const here = min(block, tiles - first)
      transformTiles(shape, padded, first, here, input, inRow, inPoint)
      for (let i = 0; i < here; i++) {
        const place = first + i
        const picture = place / (across * down)
        const within = place - picture * across * down
        const row = within / across
        const column = within - row * across
        const corner = gradient + <usize>(image + picture) * gradientImageBytes + 4 * (2 * row * outWidth(shape) + 2 * column) * n
        const twoRows = 2 * row + 1 < outHeight(shape)
        const twoColumns = 2 * column + 1 < outWidth(shape)
        transformGradient(corner, 4 * outWidth(shape) * n, n, twoRows, twoColumns, gradients + <usize>i * outRow, outPoint)
      }
      for (let point = 0; point < POINTS; point++) {
        const target = totals + <usize>point * plane
        for (let i = 0; i < c + ROWS; i++) store<u32>(rows + 4 * i, <u32>(i < c ? target + 4 * i * n : nowhere))
        packPanels(gradients + <usize>point * outPoint, outRow, false, here, n, packed)
        for (let i = 0; i < c; i += ROWS) {
          for (let r = 0; r < ROWS; r++) store<u32>(starts + 4 * r, <u32>(input + <usize>point * inPoint + 4 * (i + r)))
          for (let j = 0; j < n; j += COLUMNS) {
            const left = min(COLUMNS, n - j)
            micro(here, starts, offsets, packed + 4 * j * here, 32, rows + 4 * i, 4 * j, left, FROM_OUTPUT, 0, LINEAR)
          }
        }
      }
    }
  }
  for (let at: usize = 0; at < plane; at += 16) {
    for (let i = 0; i < 3; i++) {
      const a = totalsRow(totals + at, plane, i)
      const b = totalsRow(totals + at + plane, plane, i)
      const d = totalsRow(totals + at + 2 * plane, plane, i)
      const e = totalsRow(totals + at + 3 * plane, plane, i)
      const to = out + at + 3 * i * plane
      const half = f32x4.splat(0.5)
      const sum = f32x4.mul(half, f32x4.add(b, d))
      v128.store(to, f32x4.add(a, sum))
      v128.store(to + plane, f32x4.mul(half, f32x4.sub(b, d)))
      v128.store(to + 2 * plane, f32x4.add(sum, e))
    }
  }
}

/** Row i of G^T times a column of the totals, whose elements lie four planes apart. */
function totalsRow(t: usize, plane: usize, i: i32): v128 {
  const half = f32x4.splat(0.5)
  const b = v128.load(t + 4 * plane)
  const d = v128.load(t + 8 * plane)
  if (i === 1) return f32x4.mul(half, f32x4.sub(b, d))
  const sum = f32x4.mul(half, f32x4.add(b, d))
  return f32x4.add(sum, v128.load(i === 0 ? t : t + 12 * plane))
}

/** A dy A^T of up to 2x2 pixels of the gradient; those that do not exist count as zero. */
function transformGradient(
  dy: usize,
  lineBytes: usize,
  n: i32,
  twoRows: bool,
  twoColumns: bool,
  out: usize,
  pointBytes: usize,
): void {
  const pixel: usize = 4 * n
  for (let at: usize = 0; at < pixel; at += 16) {
    const none = f32x4.splat(0)
    const y00 = v128.load(dy + at)
    const y01 = twoColumns ? v128.load(dy + at + pixel) : none
    const y10 = twoRows ? v128.load(dy + at + lineBytes) : none
    const y11 = twoRows && twoColumns ? v128.load(dy + at + lineBytes + pixel) : none
    storeGradientRow(y00, y01, out + at, pointBytes)
    storeGradientRow(f32x4.add(y00, y10), f32x4.add(y01, y11), out + at + 4 * pointBytes, pointBytes)
    storeGradientRow(f32x4.sub(y00, y10), f32x4.sub(y01, y11), out + at + 8 * pointBytes, pointBytes)
    storeGradientRow(f32x4.neg(y10), f32x4.neg(y11), out + at + 12 * pointBytes, pointBytes)
  }
}

function storeGradientRow(left: v128, right: v128, out: usize, pointBytes: usize): void {
  v128.store(out, left)
  v128.store(out + pointBytes, f32x4.add(left, right))
  v128.store(out + 2 * pointBytes, f32x4.sub(left, right))
  v128.store(out + 3 * pointBytes, f32x4.neg(right))
}
