import { LINEAR } from './bounds'
import { COLUMNS, multiplyBlock, panelWidth, wholePanels } from './micro'

/**
 * The geometry of an attention, as 32-bit integers at one address: q[batch, queries, heads, size], k[batch, keys, heads, size] and
 * v[batch, keys, heads, values]. The heads of all batches are numbered in a row.
 */

export function queriesOf(g: usize): i32 {
  return load<i32>(g)
}
export function keysOf(g: usize): i32 {
  return load<i32>(g, 4)
}
export function headsOf(g: usize): i32 {
  return load<i32>(g, 8)
}
export function sizeOf(g: usize): i32 {
  return load<i32>(g, 12)
}
export function valuesOf(g: usize): i32 {
  return load<i32>(g, 16)
}
/** Whether query i looks at keys up to i alone. */
export function isCausal(g: usize): bool {
  return load<i32>(g, 20) !== 0
}
/** Of 32 random bits those below leave a weight out; 0 for no dropout. */
export function boundOf(g: usize): i32 {
  return load<i32>(g, 32)
}
export function seedOf(g: usize): i32 {
  return load<i32>(g, 36)
}

/** The row of the mask, a byte for each key, for a query of a head; 0 where there is none. */
export function maskRow(g: usize, mask: usize, head: i32, query: i32): usize {
  const rowBytes = load<i32>(g, 24),
    batchBytes = load<i32>(g, 28)
  return mask ? mask + <usize>(head / headsOf(g)) * batchBytes + <usize>query * rowBytes : 0
}

/** Bytes of a row of scores: an odd number of cache lines, so that a column of them does not meet in a few sets of the cache. */
export function scoreBytes(g: usize): usize {
  return 64 * <usize>(((wholePanels(keysOf(g)) + 15) >> 4) | 1)
}

/** How many keys the queries up to `last` look at. */
export function seenUpTo(g: usize, last: i32): i32 {
  return isCausal(g) ? min(keysOf(g), last + 1) : keysOf(g)
}

/** The columns of whole panels that so many keys take. */
export function panelsOf(g: usize, seen: i32): i32 {
  return min(wholePanels(keysOf(g)), ((seen + COLUMNS - 1) / COLUMNS) * COLUMNS)
}

/** Where a head of x[batch, length, heads, size] begins. */
export function headOf(g: usize, x: usize, head: i32, length: i32, size: i32): usize {
  const heads = headsOf(g)
  return x + 4 * <usize>size * (<usize>(head / heads) * length * heads + (head % heads))
}

/** out[rows, width] = start + a[rows, depth] b, of at most six rows, where the panels of b have `deep` rows, of which `depth` are taken from `from` on. */
export function multiplyRows(
  rows: i32,
  from: i32,
  depth: i32,
  starts: usize,
  offsets: usize,
  b: usize,
  deep: i32,
  width: i32,
  targets: usize,
  start: i32,
): void {
  for (let j = 0; j < width; j += COLUMNS) {
    const here = min(COLUMNS, width - j)
    const rowBytes = 4 * <usize>panelWidth(here)
    multiplyBlock(rows, depth, here, starts, offsets, b + <usize>from * rowBytes, 0, targets, 4 * <usize>j, start, 0, LINEAR)
    b += <usize>deep * rowBytes
  }
}
