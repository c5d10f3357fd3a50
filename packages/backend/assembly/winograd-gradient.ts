import { LINEAR } from './bounds'
import { FROM_OUTPUT, ROWS } from './epilogue'
import { COLUMNS, listRows, listSteps, multiplyBlock, panelWidth, wholePanels } from './micro'
import { padImages } from './patches'
import { channels, height, images, outChannels, outHeight, outWidth, width } from './shape'
import { zero } from './simd'
import {
  columnsOf,
  cornerOf,
  imageBlock,
  paddedImageBytes,
  pointBytesOf,
  rowBytesOf,
  rowsOf,
  tileBlock,
  tilesAcross,
  tilesDown,
  transformTiles,
} from './winograd'
import { exactFilterGradient } from './winograd-exact'
import { EIGHT, filterGradientLines, gradientLines, LINE_OF_SIX, LINES, POINTS, SIDE, TILE } from './winograd-transforms'

function totalBytes(c: i32, n: i32): usize {
  return pointBytesOf(4 * c * n)
}

/** Bytes of scratch memory that `winogradFilterGradient` needs. */
export function winogradGradientScratchBytes(shape: usize): usize {
  const c = channels(shape)
  const n = outChannels(shape)
  const tiles = tileBlock(shape)
  const transformed = pointBytesOf(tiles * rowBytesOf(c)) + pointBytesOf(4 * tiles * wholePanels(n))
  const tables: usize = 4 * (2 * c + tiles + 3 * ROWS) + 4 * wholePanels(n) + LINES
  return imageBlock(shape) * paddedImageBytes(shape) + POINTS * (transformed + totalBytes(c, n)) + tables + 1024
}

/**
 * out[3, 3, channels, outChannels] = the filter gradient: input tiles and tiles of the output's gradient are transformed, multiplied and
 * summed at each point, and the sums transformed back.
 */
export function winogradFilterGradient(shape: usize, source: usize, gradient: usize, out: usize, scratch: usize): void {
  const c = channels(shape)
  const n = outChannels(shape)
  const across = tilesAcross(shape)
  const down = tilesDown(shape)
  const block = tileBlock(shape)
  const together = imageBlock(shape)
  const inRow = rowBytesOf(c)
  const inPoint = pointBytesOf(block * inRow)
  const gradientPoint = pointBytesOf(4 * block * wholePanels(n))
  const total = totalBytes(c, n)

  const lines = scratch
  const nowhere = lines + LINES
  const rows = nowhere + 4 * wholePanels(n)
  const starts = rows + 4 * (c + ROWS)
  const offsets = starts + 4 * (c + ROWS)
  const totals = (offsets + 4 * block + 63) & ~63
  const input = totals + POINTS * total
  const gradients = input + POINTS * inPoint
  const padded = gradients + POINTS * gradientPoint
  listSteps(offsets, block, <i32>inRow)
  memory.fill(totals, 0, POINTS * total)
  memory.fill(padded, 0, together * paddedImageBytes(shape))

  const pixel: usize = 4 * n
  const lineBytes = outWidth(shape) * pixel
  const imageBytes = outHeight(shape) * lineBytes
  const sourceImageBytes = 4 * height(shape) * width(shape) * c
  for (let image = 0; image < images(shape); image += together) {
    const count = min(together, images(shape) - image)
    const source0 = source + <usize>image * sourceImageBytes
    padImages(shape, source0, count, TILE * down + 2, TILE * across + 2, 4 * c, padded)
    const tiles = count * down * across
    for (let first = 0; first < tiles; first += block) {
      const here = min(block, tiles - first)
      transformTiles(shape, padded, first, here, lines, input, inRow, inPoint)
      for (let i = 0; i < here; i++) {
        const place = first + i
        const corner = gradient + <usize>image * imageBytes + cornerOf(shape, place, imageBytes, lineBytes, pixel)
        transformGradient(
          corner,
          lineBytes,
          n,
          rowsOf(shape, place),
          columnsOf(shape, place),
          lines,
          gradients,
          i,
          here,
          gradientPoint,
        )
      }
      for (let point = 0; point < POINTS; point++) {
        const target = totals + <usize>point * total
        const from = input + <usize>point * inPoint
        listRows(starts, from, 4, c, from)
        listRows(rows, target, pixel, c, nowhere)
        const panels = gradients + <usize>point * gradientPoint
        multiplyBlock(c, here, n, starts, offsets, panels, 0, rows, 0, FROM_OUTPUT, 0, LINEAR)
      }
    }
  }
  const plane: usize = 4 * c * n
  for (let at: usize = 0; at < plane; at += EIGHT) {
    if (transformTotals(totals + at, total, lines, out + at, plane)) continue
    for (let four = at; four < at + EIGHT; four += 16) {
      const channel = <i32>(four / pixel)
      exactFilterGradient(shape, source, gradient, channel, <i32>(four - channel * pixel) >> 2, out)
    }
  }
}

/**
 * Up to 4x4 pixels of the gradient to 36 points: row `tile` of panels of `tiles` rows, as `packPanels` packs them. Pixels that do not
 * exist count as zero.
 */
function transformGradient(
  dy: usize,
  lineBytes: usize,
  n: i32,
  rowsHere: i32,
  columnsHere: i32,
  lines: usize,
  panels: usize,
  tile: i32,
  tiles: i32,
  pointBytes: usize,
): void {
  const pixel: usize = 4 * n
  const pixels = lines + LINES / 2
  // What stands beyond the last channel fills columns of the panels that nobody reads.
  for (let at: usize = 0; at < pixel; at += EIGHT) {
    let source = dy + at,
      line = lineBytes,
      step = pixel
    if (rowsHere < TILE || columnsHere < TILE) {
      for (let i = 0; i < TILE; i++) {
        for (let j = 0; j < TILE; j++) {
          const exists = i < rowsHere && j < columnsHere
          const to = pixels + EIGHT * (TILE * i + j)
          const from = source + i * lineBytes + j * pixel
          v128.store(to, exists ? v128.load(from) : zero())
          v128.store(to, exists ? v128.load(from, 16) : zero(), 16)
        }
      }
      source = pixels
      line = TILE * EIGHT
      step = EIGHT
    }
    gradientLines(source, line, step, lines, TILE * EIGHT, EIGHT, TILE)
    const to = placeInPanels(panels, tile, tiles, at, pixel)
    gradientLines(lines, EIGHT, TILE * EIGHT, to, pointBytes, SIDE * pointBytes, SIDE)
  }
}

/** Where byte `at` of a row of `rowBytes` lies in panels of so many rows. */
function placeInPanels(panels: usize, row: i32, rows: i32, at: usize, rowBytes: usize): usize {
  const first = at - (at % (4 * COLUMNS))
  return panels + first * rows + row * 4 * panelWidth(<i32>(rowBytes - first) / 4) + at - first
}

/** 36 totals to the 3x3 of a filter, planes apart. Returns whether all of them are finite. */
function transformTotals(totals: usize, pointBytes: usize, lines: usize, out: usize, plane: usize): bool {
  let check = zero()
  filterGradientLines(totals, SIDE * pointBytes, pointBytes, lines, LINE_OF_SIX, EIGHT, SIDE)
  filterGradientLines(lines, EIGHT, LINE_OF_SIX, out, plane, 3 * plane, 3)
  for (let tap = 0; tap < 9; tap++, out += plane)
    check = f32x4.add(check, f32x4.mul(f32x4.add(v128.load(out), v128.load(out, 16)), zero()))
  return !v128.any_true(f32x4.ne(check, check))
}
