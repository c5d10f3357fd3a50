import { LINEAR } from './bounds'
import { multiplyRows } from './conv2d'
import { bounded, leastOf, mostOf, ROWS } from './epilogue'
import { depthBlock, padWithZeros } from './gemm'
import { COLUMNS, listRows, listSteps, panelWidth, wholePanels } from './micro'
import { padImages } from './patches'
import { channels, height, images, outChannels, outHeight, outWidth, width } from './shape'
import { putPair, zero } from './simd'
import { exactTile } from './winograd-exact'
import { EIGHT, filterLines, inputLines, LINE_OF_SIX, LINES, outputLines, POINTS, SIDE, TILE } from './winograd-transforms'

/**
 * Convolution with 3x3 filters and stride 1: input tiles of 6x6, filters and output tiles of 4x4 are transformed (see
 * `winograd-transforms.ts`), and in between stand 36 matrix products. Channels in and out must be multiples of 4, and at least 8: they are
 * transformed eight at a time, the last eight of an odd number of fours overlapping the ones before.
 */

export function tilesDown(shape: usize): i32 {
  return (outHeight(shape) + TILE - 1) / TILE
}
export function tilesAcross(shape: usize): i32 {
  return (outWidth(shape) + TILE - 1) / TILE
}

/** Tiles transformed before they are multiplied: enough to amortize the filters, few enough for the second-level cache. */
export function tileBlock(shape: usize): i32 {
  const tiles = 4096 / (channels(shape) + outChannels(shape))
  return min(max(tiles - (tiles % ROWS), 48), 96)
}

export function imageBlock(shape: usize): i32 {
  const tiles = tilesDown(shape) * tilesAcross(shape)
  return min(max(tileBlock(shape) / max(tiles, 1), 1), max(images(shape), 1))
}

/** Bytes from one row of a transformed tile to the next: not a power of two, so that a column spreads over the whole cache. */
export function rowBytesOf(depth: i32): usize {
  return 4 * depth + 64
}

/** Bytes from one point to the next, likewise: 36 of them are written at once. */
export function pointBytesOf(bytes: usize): usize {
  return (((bytes + 63) >> 6) | 1) << 6
}

export function paddedImageBytes(shape: usize): usize {
  return 4 * (TILE * tilesDown(shape) + 2) * (TILE * tilesAcross(shape) + 2) * channels(shape)
}

export function winogradScratchBytes(shape: usize): usize {
  const c = channels(shape)
  const n = outChannels(shape)
  const tiles = tileBlock(shape)
  const transformed = pointBytesOf(tiles * rowBytesOf(c)) + pointBytesOf(tiles * rowBytesOf(n))
  const tables: usize = 8 * (tiles + ROWS) + 4 * c + 8 * wholePanels(n) + LINES
  return imageBlock(shape) * paddedImageBytes(shape) + POINTS * transformed + tables + 1024
}

function filterPointBytes(c: i32, n: i32): usize {
  return pointBytesOf(4 * c * wholePanels(n))
}

/** Where a filter of `c` x `n` channels is laid down, transformed and packed. */
export function winogradFilterBytes(c: i32, n: i32): usize {
  return POINTS * filterPointBytes(c, n) + LINES + 64
}

/** Transforms a filter [3, 3, c, n] and packs it as `packFilter` does, one matrix for each of the 36 points. */
export function winogradFilter(filter: usize, c: i32, n: i32, out: usize): void {
  const plane: usize = 4 * c * n
  const pointBytes = filterPointBytes(c, n)
  const lines = out + POINTS * pointBytes
  const deepest = depthBlock(c)
  for (let k0 = 0; k0 < c; k0 += deepest) {
    const depth = min(deepest, c - k0)
    for (let j = 0; j < n; j += COLUMNS) {
      const panelRow: usize = 4 * panelWidth(n - j)
      for (let k = 0; k < depth; k++) {
        // What stands beyond the last column fills columns that nobody reads.
        const source = filter + 4 * <usize>((k0 + k) * n + j)
        for (let at: usize = 0; at < panelRow; at += EIGHT, out += EIGHT)
          transformFilter(source + at, plane, lines, out, pointBytes)
      }
    }
  }
}

function transformFilter(filter: usize, plane: usize, lines: usize, out: usize, pointBytes: usize): void {
  const line = 3 * EIGHT
  filterLines(filter, 3 * plane, plane, lines, line, EIGHT, 3)
  filterLines(lines, EIGHT, line, out, pointBytes, SIDE * pointBytes, SIDE)
}

/** Lays down the next `count` tiles of the padded images, transformed; `place` counts tiles within the group of images. */
export function transformTiles(
  shape: usize,
  padded: usize,
  place: i32,
  count: i32,
  lines: usize,
  out: usize,
  rowBytes: usize,
  pointBytes: usize,
): void {
  const pixel: usize = 4 * channels(shape)
  const lineBytes = <usize>(TILE * tilesAcross(shape) + 2) * pixel
  for (let i = 0; i < count; i++, place++, out += rowBytes) {
    const tile = padded + cornerOf(shape, place, paddedImageBytes(shape), lineBytes, pixel)
    for (let at: usize = 0; at < pixel; at += EIGHT) {
      at = min(at, pixel - EIGHT)
      inputLines(tile + at, lineBytes, pixel, lines, LINE_OF_SIX, EIGHT, SIDE)
      inputLines(lines, EIGHT, LINE_OF_SIX, out + at, pointBytes, SIDE * pointBytes, SIDE)
    }
  }
}

/** Where the tile at this place of a group of images begins. */
export function cornerOf(shape: usize, place: i32, imageBytes: usize, lineBytes: usize, pixel: usize): usize {
  const across = tilesAcross(shape)
  const row = place / across
  const image = row / tilesDown(shape)
  return (
    <usize>image * imageBytes +
    <usize>(TILE * (row - image * tilesDown(shape))) * lineBytes +
    <usize>(TILE * (place - row * across)) * pixel
  )
}

/** How many rows, or columns, of the tile at this place exist. */
export function rowsOf(shape: usize, place: i32): i32 {
  return min(TILE, outHeight(shape) - TILE * ((place / tilesAcross(shape)) % tilesDown(shape)))
}
export function columnsOf(shape: usize, place: i32): i32 {
  return min(TILE, outWidth(shape) - TILE * (place % tilesAcross(shape)))
}

/**
 * out = activation(conv(source, filter) + bias), [images, outHeight, outWidth, outChannels]. `transformed` is the filter as
 * `winogradFilter` lays it down; `filter` itself, [3, 3, channels, outChannels], serves tiles that hold an infinity. bias may be 0.
 */
export function winograd(
  shape: usize,
  source: usize,
  filter: usize,
  transformed: usize,
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
  const inRow = rowBytesOf(c)
  const outRow = rowBytesOf(n)
  const inPoint = pointBytesOf(block * inRow)
  const outPoint = pointBytesOf(block * outRow)

  const lines = scratch
  const nowhere = lines + LINES
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

  const pixel: usize = 4 * n
  const lineBytes = outWidth(shape) * pixel
  const sourceImageBytes = 4 * height(shape) * width(shape) * c
  const imageBytes = outHeight(shape) * lineBytes
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    const source0 = source + <usize>image * sourceImageBytes
    padImages(shape, source0, count, TILE * down + 2, TILE * across + 2, 4 * c, padded)
    const tiles = count * down * across
    for (let first = 0; first < tiles; first += block) {
      const here = min(block, tiles - first)
      transformTiles(shape, padded, first, here, lines, input, inRow, inPoint)
      for (let point = 0; point < POINTS; point++) {
        const from = input + <usize>point * inPoint
        const to = sums + <usize>point * outPoint
        listRows(starts, from, inRow, here, from)
        listRows(rows, to, outRow, here, nowhere)
        multiplyRows(here, c, n, starts, offsets, transformed + <usize>point * filterPointBytes(c, n), rows, 0, LINEAR)
      }
      for (let i = 0; i < here; i++) {
        const place = first + i
        const corner = out + <usize>image * imageBytes + cornerOf(shape, place, imageBytes, lineBytes, pixel)
        const rowsHere = rowsOf(shape, place)
        const columnsHere = columnsOf(shape, place)
        const tile = sums + <usize>i * outRow
        if (transformOutput(tile, outPoint, n, lines, corner, lineBytes, rowsHere, columnsHere, paddedBias, activation)) continue
        const sourceLine = <usize>(TILE * across + 2) * 4 * c
        const patch = padded + cornerOf(shape, place, paddedImageBytes(shape), sourceLine, 4 * c)
        exactTile(patch, sourceLine, c, filter, n, corner, lineBytes, rowsHere, columnsHere, paddedBias, activation)
      }
    }
  }
}

/** A tile of sums to up to 4x4 output pixels. Returns whether all of them are finite, before the activation. */
function transformOutput(
  sums: usize,
  pointBytes: usize,
  n: i32,
  lines: usize,
  out: usize,
  lineBytes: usize,
  rowsHere: i32,
  columnsHere: i32,
  bias: usize,
  activation: i32,
): bool {
  const pixel: usize = 4 * n
  const sorted = lines + LINES / 2
  const least = leastOf(activation)
  const most = mostOf(activation)
  // Zero times anything finite: stays zero, or becomes NaN.
  let checkLeft = zero(),
    checkRight = zero()
  for (let at: usize = 0; at < pixel; at += EIGHT) {
    at = min(at, pixel - EIGHT)
    const left = v128.load(bias + at),
      right = v128.load(bias + at, 16)
    outputLines(sums + at, SIDE * pointBytes, pointBytes, lines, LINE_OF_SIX, EIGHT, SIDE)
    outputLines(lines, EIGHT, LINE_OF_SIX, sorted, EIGHT, TILE * EIGHT, rowsHere)
    for (let i = 0; i < rowsHere; i++) {
      let to = out + at + i * lineBytes
      let from = sorted + i * TILE * EIGHT
      for (let j = 0; j < columnsHere; j++, to += pixel, from += EIGHT) {
        const l = v128.load(from),
          r = v128.load(from, 16)
        checkLeft = f32x4.add(checkLeft, f32x4.mul(l, zero()))
        checkRight = f32x4.add(checkRight, f32x4.mul(r, zero()))
        putPair(to, bounded(f32x4.add(left, l), least, most), bounded(f32x4.add(right, r), least, most))
      }
    }
  }
  const check = f32x4.add(checkLeft, checkRight)
  return !v128.any_true(f32x4.ne(check, check))
}
