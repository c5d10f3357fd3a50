import {
  boundOf,
  headOf,
  headsOf,
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
import { scale as scaleNumbers } from './elementwise'
import { FROM_ZERO, ROWS } from './epilogue'
import { listRows, listSteps, multiplyBlock, wholePanels } from './micro'
import { packPanels } from './pack'
import { lanes } from './reduce'

/** How many bytes of scratch memory `attention` needs. */
export function attentionScratchBytes(g: usize): i32 {
  const keys = keysOf(g)
  const panels = wholePanels(keys) * sizeOf(g) + keys * wholePanels(valuesOf(g))
  return 4 * (panels + max(keys, sizeOf(g)) + 3 * ROWS + wholePanels(valuesOf(g))) + ROWS * <i32>scoreBytes(g)
}

/**
 * Scaled dot-product attention, for the `count` heads from `first` on: out[batch, queries, heads, values]. Six queries at a time have their scores, in
 * scratch memory; nothing of [queries, keys] is ever kept. A query's two `statistics` are the largest of its scaled scores, and 1 over the sum of all
 * e^(score - largest), or 0 where it may look at no key: it then finds 0.
 *
 * @param kept what a weight that dropout keeps is multiplied with
 */
export function attention(
  g: usize,
  first: i32,
  count: i32,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  scale: f32,
  kept: f32,
  out: usize,
  statistics: usize,
  scratch: usize,
): void {
  const queries = queriesOf(g),
    keys = keysOf(g),
    size = sizeOf(g),
    values = valuesOf(g)
  const rowBytes = 4 * <usize>(headsOf(g) * size),
    valueRowBytes = 4 * <usize>(headsOf(g) * values)
  const row = scoreBytes(g)
  const packedK = scratch,
    packedV = packedK + 4 * <usize>wholePanels(keys) * size
  const scores = packedV + 4 * <usize>keys * wholePanels(values)
  const steps = scores + ROWS * row,
    starts = steps + 4 * <usize>max(keys, size)
  const targets = starts + 4 * ROWS,
    scoreRows = targets + 4 * ROWS,
    nowhere = scoreRows + 4 * ROWS
  listSteps(steps, max(keys, size), 4)
  listRows(scoreRows, scores, row, ROWS, scores)
  for (let head = first; head < first + count; head++) {
    const qAt = headOf(g, q, head, queries, size),
      outAt = headOf(g, out, head, queries, values)
    packPanels(headOf(g, k, head, keys, size), rowBytes, true, size, keys, packedK)
    packPanels(headOf(g, v, head, keys, values), valueRowBytes, false, keys, values, packedV)
    for (let i = 0; i < queries; i += ROWS) {
      const rows = min(ROWS, queries - i)
      const seen = seenUpTo(g, i + rows - 1)
      listRows(starts, qAt + <usize>i * rowBytes, rowBytes, rows, qAt)
      multiplyBlock(rows, size, panelsOf(g, seen), starts, steps, packedK, 0, scoreRows, 0, FROM_ZERO, 0, LINEAR)
      const own = statistics + 8 * (<usize>head * queries + i)
      for (let r = 0; r < rows; r++) softmax(g, head, i + r, scores + <usize>r * row, seen, mask, scale, own + 8 * <usize>r)
      listRows(targets, outAt + <usize>i * valueRowBytes, valueRowBytes, rows, nowhere)
      multiplyRows(rows, 0, seen, scoreRows, steps, packedV, keys, values, targets, FROM_ZERO)
      for (let r = 0; r < rows; r++) {
        const y = outAt + <usize>(i + r) * valueRowBytes
        scaleNumbers(y, kept * load<f32>(own + 8 * <usize>r, 4), y, values)
      }
    }
  }
}

/** The scores of a query become e^(score - largest), those that dropout leaves out 0; its statistics are laid down. */
function softmax(g: usize, head: i32, query: i32, row: usize, seen: i32, mask: usize, scale: f32, statistics: usize): void {
  const own = ownKeys(g, mask, head, query)
  clear(row, own, seen)
  store<u64>(statistics, 0)
  if (own === 0) return
  const most = scaleScores(row, own, maskRow(g, mask, head, query), scale)
  const sum = lanes(exponentials(row, own, most))
  store<f32>(statistics, most)
  store<f32>(statistics, <f32>(1 / sum), 4)
  if (boundOf(g) === 0) return
  const number = firstWeight(g, head, query)
  for (let j = 0; j < own; j += 4, row += 16) v128.store(row, v128.and(v128.load(row), keptOf(g, number + j)))
}
