import {
  boundOf,
  headOf,
  headsOf,
  isCausal,
  keysOf,
  maskRow,
  multiplyRows,
  panelsOf,
  queriesOf,
  scoreBytes,
  seenUpTo,
  sizeOf,
  valuesOf,
} from './attention-geometry'
import { clear, exponentials, firstWeight, keptOf, ownKeys, scaleScores } from './attention-weights'
import { LINEAR } from './bounds'
import { FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { listRows, listSteps, multiplyBlock, wholePanels } from './micro'
import { packPanels } from './pack'
import { lanes } from './reduce'
import { madd, zero } from './simd'

/** Bytes that the scores of a band of queries and their gradients take at most, as far as 24 queries have room in them. */
const BAND_BYTES: i32 = 98304
const FEWEST: i32 = 4 * ROWS

/** Queries whose weights are there at once: the gradients of keys and values are sums over them, and long ones are cheaper. */
function bandOf(g: usize): i32 {
  const fit = BAND_BYTES / (2 * <i32>scoreBytes(g))
  const tiles = (min(max(fit, FEWEST), queriesOf(g)) + ROWS - 1) / ROWS
  return max(tiles, 1) * ROWS
}

/** How many bytes of scratch memory `attentionGradient` needs. */
export function attentionGradientBytes(g: usize): i32 {
  const keys = keysOf(g),
    size = sizeOf(g),
    values = valuesOf(g),
    band = bandOf(g)
  const widest = max(wholePanels(size), wholePanels(values))
  const packed = wholePanels(keys) * (size + values) + keys * wholePanels(size) + band * (wholePanels(size) + wholePanels(values))
  const tables = max(keys, max(size, values)) + 3 * band + 2 * ROWS + widest
  return 4 * (packed + tables) + 2 * band * <i32>scoreBytes(g)
}

/**
 * Gradients of `attention` by q, k and v, for the `count` heads from `first` on. The weights are computed again, band by band of queries, from what is
 * left of each row, its statistics: to read them would take as long, and to keep them as much memory as queries times keys.
 */
export function attentionGradient(
  g: usize,
  first: i32,
  count: i32,
  dy: usize,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  y: usize,
  statistics: usize,
  scale: f32,
  kept: f32,
  dq: usize,
  dk: usize,
  dv: usize,
  scratch: usize,
): void {
  const queries = queriesOf(g),
    keys = keysOf(g),
    size = sizeOf(g),
    values = valuesOf(g),
    band = bandOf(g)
  const rowBytes = 4 * <usize>(headsOf(g) * size),
    valueRowBytes = 4 * <usize>(headsOf(g) * values)
  const row = scoreBytes(g)
  const columnsOfK = scratch,
    columnsOfV = columnsOfK + 4 * <usize>wholePanels(keys) * size,
    rowsOfK = columnsOfV + 4 * <usize>wholePanels(keys) * values,
    rowsOfQ = rowsOfK + 4 * <usize>keys * wholePanels(size),
    rowsOfDy = rowsOfQ + 4 * <usize>band * wholePanels(size)
  const scores = rowsOfDy + 4 * <usize>band * wholePanels(values),
    weights = scores + <usize>band * row
  const steps = weights + <usize>band * row,
    down = steps + 4 * <usize>max(keys, max(size, values)),
    scoreRows = down + 4 * <usize>band,
    weightRows = scoreRows + 4 * <usize>band
  const starts = weightRows + 4 * <usize>band,
    targets = starts + 4 * ROWS,
    nowhere = targets + 4 * ROWS
  listSteps(steps, max(keys, max(size, values)), 4)
  listSteps(down, band, <i32>row)
  listRows(scoreRows, scores, row, band, scores)
  listRows(weightRows, weights, row, band, weights)
  for (let head = first; head < first + count; head++) {
    const qAt = headOf(g, q, head, queries, size),
      dqAt = headOf(g, dq, head, queries, size),
      kAt = headOf(g, k, head, keys, size),
      dkAt = headOf(g, dk, head, keys, size)
    const yAt = headOf(g, y, head, queries, values),
      dyAt = headOf(g, dy, head, queries, values),
      dvAt = headOf(g, dv, head, keys, values)
    packPanels(kAt, rowBytes, true, size, keys, columnsOfK)
    packPanels(kAt, rowBytes, false, keys, size, rowsOfK)
    packPanels(headOf(g, v, head, keys, values), valueRowBytes, true, values, keys, columnsOfV)
    let i0 = 0
    do {
      const height = min(band, queries - i0)
      for (let i = 0; i < height; i += ROWS) {
        const query = i0 + i
        const rows = min(ROWS, height - i)
        const seen = seenUpTo(g, query + rows - 1)
        const columns = panelsOf(g, seen)
        listRows(starts, qAt + <usize>query * rowBytes, rowBytes, rows, qAt)
        multiplyBlock(rows, size, columns, starts, steps, columnsOfK, 0, scoreRows + 4 * <usize>i, 0, FROM_ZERO, 0, LINEAR)
        listRows(starts, dyAt + <usize>query * valueRowBytes, valueRowBytes, rows, dyAt)
        multiplyBlock(rows, values, columns, starts, steps, columnsOfV, 0, weightRows + 4 * <usize>i, 0, FROM_ZERO, 0, LINEAR)
        for (let r = 0; r < rows; r++) {
          const at = <usize>(i + r) * row
          const own = <usize>(query + r) * valueRowBytes
          const share = dot(dyAt + own, yAt + own, values)
          const known = statistics + 8 * (<usize>head * queries + query + r)
          weigh(g, head, query + r, scores + at, weights + at, mask, known, scale, kept, share)
        }
        listRows(targets, dqAt + <usize>query * rowBytes, rowBytes, rows, nowhere)
        multiplyRows(rows, 0, seen, scoreRows + 4 * <usize>i, steps, rowsOfK, keys, size, targets, FROM_ZERO)
      }
      packPanels(qAt + <usize>i0 * rowBytes, rowBytes, false, height, size, rowsOfQ)
      packPanels(dyAt + <usize>i0 * valueRowBytes, valueRowBytes, false, height, values, rowsOfDy)
      const start = i0 > 0 ? FROM_OUTPUT : FROM_ZERO
      for (let j = 0; j < keys; j += ROWS) {
        const rows = min(ROWS, keys - j)
        // Queries before the first of these keys do not look at them.
        const from = isCausal(g) ? min(max(j - i0, 0), height) : 0
        const depth = height - from
        if (depth === 0 && i0 > 0) break
        const offsets = down + 4 * <usize>from
        listRows(starts, scores + 4 * <usize>j, 4, rows, scores)
        listRows(targets, dkAt + <usize>j * rowBytes, rowBytes, rows, nowhere)
        multiplyRows(rows, from, depth, starts, offsets, rowsOfQ, height, size, targets, start)
        listRows(starts, weights + 4 * <usize>j, 4, rows, weights)
        listRows(targets, dvAt + <usize>j * valueRowBytes, valueRowBytes, rows, nowhere)
        multiplyRows(rows, from, depth, starts, offsets, rowsOfDy, height, values, targets, start)
      }
      i0 += band
    } while (i0 < queries)
  }
}

/**
 * Of one query: scores become their gradients, scaled, and the gradients of the weights in `slopes` become the weights themselves, as they were with
 * dropout. `share` is the sum of all weights times their gradients.
 */
function weigh(
  g: usize,
  head: i32,
  query: i32,
  scores: usize,
  slopes: usize,
  mask: usize,
  statistics: usize,
  scale: f32,
  kept: f32,
  share: f32,
): void {
  const own = ownKeys(g, mask, head, query)
  // What the gradients of six keys at a time read of this row.
  const read = isCausal(g) ? min(keysOf(g), (query / ROWS + 1) * ROWS) : keysOf(g)
  clear(scores, own, read)
  clear(slopes, own, read)
  if (own === 0) return
  scaleScores(scores, own, maskRow(g, mask, head, query), scale)
  exponentials(scores, own, load<f32>(statistics))
  const inverse = f32x4.splat(load<f32>(statistics, 4))
  const shares = f32x4.splat(share)
  const factor = f32x4.splat(scale)
  const drops = boundOf(g) !== 0
  const number = firstWeight(g, head, query)
  for (let j = 0; j < own; j += 4, scores += 16, slopes += 16) {
    const weight = f32x4.mul(v128.load(scores), inverse)
    let slope = v128.load(slopes)
    let left = weight
    if (drops) {
      const keeps = keptOf(g, number + j)
      slope = v128.and(f32x4.mul(slope, f32x4.splat(kept)), keeps)
      left = v128.and(f32x4.mul(weight, f32x4.splat(kept)), keeps)
    }
    v128.store(slopes, left)
    v128.store(scores, f32x4.mul(f32x4.mul(weight, f32x4.sub(slope, shares)), factor))
  }
}

function dot(a: usize, b: usize, n: i32): f32 {
  let sum = zero()
  let i = 0
  for (; i + 4 <= n; i += 4, a += 16, b += 16) sum = madd(v128.load(a), v128.load(b), sum)
  let total = lanes(sum)
  for (; i < n; i++, a += 4, b += 4) total += <f64>load<f32>(a) * <f64>load<f32>(b)
  return <f32>total
}
