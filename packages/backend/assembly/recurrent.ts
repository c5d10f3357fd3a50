import { LINEAR } from './bounds'
import { FROM_BIAS, FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { depthBlock } from './gemm'
import { COLUMNS, listRows, listSteps, multiplyBlock, panelWidth, wholePanels } from './micro'
import { gruAfterStep, gruGates, gruStep, lstmStep, simpleStep } from './recurrent-cells'
import {
  bias,
  candidateKernel,
  cell,
  firstCarry,
  firstState,
  GRU,
  GRU_AFTER,
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
  traceOf,
  tracesOf,
  units,
  x,
  y,
} from './recurrent-task'
import { put, take } from './simd'
import { copyRun } from './strided-copy'

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
  const atOnce = stepsAtOnce(steps(task), count, 4 * columns)
  const rows = count * atOnce
  const tables = 3 * tableBytes(rows) + tableBytes(atOnce) + 3 * tableBytes(count) + tableBytes(max(inputs(task), units(task)))
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
  const taking = targets + tableBytes(rows)
  const ends = taking + tableBytes(rows)
  const stateStarts = ends + tableBytes(atOnce)
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
  begin(h, firstState(task), first, count, n)
  begin(c, firstCarry(task), first, count, n)
  const traceRow = 4 * <usize>(tracesOf(kind) * n)
  const start = bias(task) ? FROM_BIAS : FROM_ZERO
  const gates = kind === GRU || kind === GRU_AFTER ? 2 * n : columns

  for (let step = 0; step < all; ) {
    const now = min(atOnce, all - step)
    const taken = listTaking(task, first, count, step, now, taking, ends)
    listInputs(task, first, step, now, taking, ends, starts, droppedInputs)
    listRows(targets, sums, rowBytes, taken, nowhere)
    multiplyPacked(taken, depth, columns, starts, offsets, kernel(task), targets, 0, start, bias(task))
    let who = taking
    for (let s = 0; s < now; s++, step++) {
      const here = takingStep(ends, s)
      const z = sums + rowBytes * ((who - taking) >> 2)
      listRows(stepRows, z, rowBytes, here, nowhere)
      listChosen(stateStarts, fed, stateRow, who, here, fed)
      if (fed !== h) multiplyNumbers(h, stateDropout(task) + stateRow * first, fed, count * n)
      multiplyPacked(here, n, gates, stateStarts, offsets, recurrentKernel(task), stepRows, 0, FROM_OUTPUT, 0)
      if (kind === GRU) {
        for (let k = 0; k < here; k++) {
          const i = load<i32>(who + 4 * k)
          const to = trace(task) ? traceOf(task, first + i, step, traceRow) : 0
          gruGates(task, z + rowBytes * k, fed + stateRow * i, c + stateRow * i, to)
        }
        listChosen(seenStarts, c, stateRow, who, here, c)
        multiplyPacked(here, n, n, seenStarts, offsets, candidateKernel(task), stepRows, 2 * stateRow, FROM_OUTPUT, 0)
      } else if (kind === GRU_AFTER) {
        listChosen(seenStarts, c, stateRow, who, here, nowhere)
        const own = bias(task) + 4 * <usize>wholePanels(columns)
        multiplyPacked(here, n, n, stateStarts, offsets, candidateKernel(task), seenStarts, 0, start, own)
      }
      for (let k = 0; k < here; k++) {
        const i = load<i32>(who + 4 * k)
        const at = stateRow * i
        const to = trace(task) ? traceOf(task, first + i, step, traceRow) : 0
        if (kind === LSTM) lstmStep(task, z + rowBytes * k, h + at, c + at, to)
        else if (kind === GRU) gruStep(task, z + rowBytes * k, fed + at, h + at, to)
        else if (kind === GRU_AFTER) gruAfterStep(task, z + rowBytes * k, c + at, fed + at, h + at, to)
        else simpleStep(task, z + rowBytes * k, h + at)
      }
      if (y(task))
        for (let i = 0; i < count; i++) copyRun(h + stateRow * i, 4, y(task) + stateRow * ((first + i) * all + step), 4, n)
      who += 4 * here
    }
  }
  memory.copy(lastState(task) + stateRow * first, h, stateRow * count)
  if (kind === LSTM) memory.copy(lastCarry(task) + stateRow * first, c, stateRow * count)
}

/**
 * Lists who of `count` samples takes each of `now` steps from `step` on, one step after the other; `ends` are the numbers of entries up to each
 * step's last. Returns how many there are.
 */
export function listTaking(task: usize, first: i32, count: i32, step: i32, now: i32, taking: usize, ends: usize): i32 {
  let taken = 0
  for (let s = 0; s < now; s++) {
    for (let i = 0; i < count; i++) if (!leavesOut(task, first + i, step + s)) store<i32>(taking + 4 * taken++, i)
    store<i32>(ends + 4 * s, taken)
  }
  return taken
}

/** How many take the step. */
export function takingStep(ends: usize, s: i32): i32 {
  return load<i32>(ends + 4 * s) - (s > 0 ? load<i32>(ends + 4 * s - 4) : 0)
}

/** As `listRows`, of the rows that are chosen. */
export function listChosen(out: usize, base: usize, rowBytes: usize, chosen: usize, count: i32, spare: usize): void {
  for (let k = 0; k < count || k % ROWS !== 0; k++)
    store<u32>(out + 4 * k, <u32>(k < count ? base + rowBytes * load<i32>(chosen + 4 * k) : spare))
}

/** Copies samples' rows from what may not be there, which is zeros. */
export function begin(out: usize, from: usize, first: i32, count: i32, n: i32): void {
  const bytes = 4 * <usize>(count * n)
  if (from) memory.copy(out, from + 4 * <usize>(first * n), bytes)
  else memory.fill(out, 0, bytes)
}

/** Lists the inputs of those who take the steps. Where some are dropped, they are put at `dropped` first. */
function listInputs(
  task: usize,
  first: i32,
  step: i32,
  now: i32,
  taking: usize,
  ends: usize,
  starts: usize,
  dropped: usize,
): void {
  const n = inputs(task)
  const rowBytes = 4 * <usize>n
  const factors = inputDropout(task)
  let k = 0
  for (let s = 0; s < now; s++) {
    const time = timeOf(task, step + s)
    for (const end = load<i32>(ends + 4 * s); k < end; k++, dropped += rowBytes) {
      const sample = first + load<i32>(taking + 4 * k)
      const from = x(task) + rowBytes * (sample * steps(task) + time)
      if (factors) multiplyNumbers(from, factors + rowBytes * sample, dropped, n)
      store<u32>(starts + 4 * k, <u32>(factors ? dropped : from))
    }
  }
  for (; k % ROWS !== 0; k++) store<u32>(starts + 4 * k, load<u32>(starts))
}

/** out = a b, for n adjacent numbers. */
export function multiplyNumbers(a: usize, b: usize, out: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) put(out, i, n, f32x4.mul(take(a, i, n), take(b, i, n)))
}
