import { LINEAR } from './bounds'
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { depthBlock } from './gemm'
import { COLUMNS, listRows, listSteps, multiplyBlock, panelWidth, wholePanels } from './micro'
import { gruGates, gruStep, lstmStep, simpleStep } from './recurrent-cells'
import {
  bias,
  candidateKernel,
  cell,
  firstCarry,
  firstState,
  GRU,
  gatesOf,
  inputDropout,
  inputs,
  kernel,
  LSTM,
  lastCarry,
  lastState,
  leavesOut,
  recurrentKernel,
  samples,
  scratch,
  stateDropout,
  steps,
  timeOf,
  trace,
  tracesOf,
  units,
  x,
  y,
} from './recurrent-task'
import { put, take } from './simd'

/** Samples that go through all steps together, at most: so many rows use what has been loaded of the weights. */
const TOGETHER: i32 = 96
/** Rows, samples times steps, of what is projected at once: their sums stay in the second-level cache until their step comes. */
const ROWS_AT_ONCE: i32 = 192
const BYTES_AT_ONCE: i32 = 262_144

export function samplesTogether(samples: i32): i32 {
  const blocks = max(1, (samples + TOGETHER - 1) / TOGETHER)
  return (samples + blocks - 1) / blocks
}

/** Steps whose rows of so many bytes are kept at once, for `count` samples. */
export function stepsAtOnce(steps: i32, count: i32, rowBytes: i32): i32 {
  return min(steps, max(1, min(ROWS_AT_ONCE, BYTES_AT_ONCE / rowBytes) / count))
}

/** Bytes of a table of `count` addresses, filled up to whole tiles. */
export function tableBytes(count: i32): usize {
  return 4 * <usize>(count + ROWS)
}

/** Bytes of `count` numbers, with room for what is read and written beyond them by whole vectors. */
export function numbersBytes(count: i32): usize {
  return (4 * <usize>count + 127) & ~63
}

/**
 * out[count, width] = start + a[count, depth] b[depth, width], as in `multiplyBlock`; b is packed by `packPanels`, and the columns of `rows`
 * begin at byte `column`.
 */
export function multiplyPacked(
  count: i32,
  depth: i32,
  width: i32,
  starts: usize,
  offsets: usize,
  b: usize,
  rows: usize,
  column: usize,
  start: i32,
  bias: usize,
): void {
  const block = depthBlock(depth)
  for (let j = 0; j < width; j += COLUMNS, column += 4 * COLUMNS) {
    const here = min(COLUMNS, width - j)
    const step = 4 * <usize>panelWidth(here)
    let k = 0
    do {
      const deep = min(block, depth - k)
      const from = k > 0 ? FROM_OUTPUT : start
      multiplyBlock(count, deep, here, starts, offsets + 4 * <usize>k, b, 0, rows, column, from, bias, LINEAR)
      b += step * deep
      k += deep
    } while (k < depth)
  }
}

export function recurrentScratchBytes(task: usize): i32 {
  const count = samplesTogether(samples(task))
  const columns = gatesOf(cell(task)) * units(task)
  const rows = count * stepsAtOnce(steps(task), count, 4 * columns)
  const tables = 2 * tableBytes(rows) + 3 * tableBytes(count) + tableBytes(max(inputs(task), units(task)))
  const dropped = inputDropout(task) ? numbersBytes(rows * inputs(task)) : 0
  return <i32>(
    (tables + numbersBytes(wholePanels(columns)) + numbersBytes(rows * columns) + 3 * numbersBytes(count * units(task)) + dropped)
  )
}

/** A recurrent layer: all steps of all samples. */
export function recurrent(task: usize): void {
  const all = samples(task)
  const count = samplesTogether(all)
  for (let first = 0; first < all; first += count) forward(task, first, min(count, all - first), count)
}

/** Of `count` samples from `first` on; scratch memory is divided as for `most` of them. */
function forward(task: usize, first: i32, count: i32, most: i32): void {
  const kind = cell(task)
  const n = units(task)
  const stateRow = 4 * <usize>n
  const columns = gatesOf(kind) * n
  const rowBytes = 4 * <usize>columns
  const depth = inputs(task)
  const all = steps(task)
  const atOnce = stepsAtOnce(all, most, 4 * columns)
  const rows = most * atOnce

  const starts = scratch(task)
  const targets = starts + tableBytes(rows)
  const stateStarts = targets + tableBytes(rows)
  const seenStarts = stateStarts + tableBytes(most)
  const stepRows = seenStarts + tableBytes(most)
  const offsets = stepRows + tableBytes(most)
  const nowhere = offsets + tableBytes(max(depth, n))
  const sums = nowhere + numbersBytes(wholePanels(columns))
  const h = sums + numbersBytes(rows * columns)
  // The carry of an LSTM; what a GRU's candidate sees of the state.
  const c = h + numbersBytes(most * n)
  const dropped = c + numbersBytes(most * n)
  const droppedInputs = dropped + numbersBytes(most * n)
  const fed = stateDropout(task) ? dropped : h

  listSteps(offsets, max(depth, n), 4)
  listRows(stateStarts, fed, stateRow, count, fed)
  listRows(seenStarts, c, stateRow, count, c)
  begin(h, firstState(task), first, count, n)
  begin(c, firstCarry(task), first, count, n)
  const traceRow = 4 * <usize>(tracesOf(kind) * n)

  for (let step = 0; step < all; ) {
    const now = min(atOnce, all - step)
    listInputs(task, first, count, step, now, starts, droppedInputs)
    listRows(targets, sums, rowBytes, now * count, nowhere)
    multiplyPacked(
      now * count,
      depth,
      columns,
      starts,
      offsets,
      kernel(task),
      targets,
      0,
      bias(task) ? FROM_BIAS : FROM_ZERO,
      bias(task),
    )
    for (let s = 0; s < now; s++, step++) {
      const z = sums + rowBytes * (s * count)
      listRows(stepRows, z, rowBytes, count, nowhere)
      if (fed !== h) multiplyNumbers(h, stateDropout(task) + stateRow * first, fed, count * n)
      const gates = kind === GRU ? 2 * n : columns
      multiplyPacked(count, n, gates, stateStarts, offsets, recurrentKernel(task), stepRows, 0, FROM_OUTPUT, 0)
      if (kind === GRU) {
        for (let i = 0; i < count; i++) {
          const at = stateRow * i
          gruGates(task, z + rowBytes * i, fed + at, c + at, traceOf(task, first + i, step, traceRow))
        }
        multiplyPacked(count, n, n, seenStarts, offsets, candidateKernel(task), stepRows, 2 * stateRow, FROM_OUTPUT, 0)
      }
      for (let i = 0; i < count; i++) {
        const sample = first + i
        const at = stateRow * i
        if (!leavesOut(task, sample, step)) {
          const from = traceOf(task, sample, step, traceRow)
          if (kind === LSTM) lstmStep(task, z + rowBytes * i, h + at, c + at, from)
          else if (kind === GRU) gruStep(task, z + rowBytes * i, fed + at, h + at, from)
          else simpleStep(task, z + rowBytes * i, h + at)
        }
        if (y(task)) memory.copy(y(task) + stateRow * (sample * all + step), h + at, stateRow)
      }
    }
  }
  memory.copy(lastState(task) + stateRow * first, h, stateRow * count)
  if (kind === LSTM) memory.copy(lastCarry(task) + stateRow * first, c, stateRow * count)
}

function traceOf(task: usize, sample: i32, step: i32, rowBytes: usize): usize {
  return trace(task) ? trace(task) + rowBytes * (sample * steps(task) + step) : 0
}

/** Copies samples' rows from what may not be there, which is zeros. */
export function begin(out: usize, from: usize, first: i32, count: i32, n: i32): void {
  const bytes = 4 * <usize>(count * n)
  if (from) memory.copy(out, from + 4 * <usize>(first * n), bytes)
  else memory.fill(out, 0, bytes)
}

/** Lists the inputs of `now` steps from `step` on, those of a step side by side. Where some are dropped, they are put at `dropped` first. */
function listInputs(task: usize, first: i32, count: i32, step: i32, now: i32, starts: usize, dropped: usize): void {
  const n = inputs(task)
  const rowBytes = 4 * <usize>n
  const factors = inputDropout(task)
  let to = starts
  for (let s = 0; s < now; s++) {
    let from = x(task) + rowBytes * (first * steps(task) + timeOf(task, step + s))
    for (let i = 0; i < count; i++, to += 4, from += rowBytes * steps(task)) {
      if (factors) multiplyNumbers(from, factors + rowBytes * (first + i), dropped, n)
      store<u32>(to, <u32>(factors ? dropped : from))
      dropped += rowBytes
    }
  }
  for (let i = now * count; i % ROWS !== 0; i++, to += 4) store<u32>(to, load<u32>(starts))
}

/** out = a b, for n adjacent numbers. */
export function multiplyNumbers(a: usize, b: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) put(out, i, n, f32x4.mul(take(a, i, n), take(b, i, n)))
}
