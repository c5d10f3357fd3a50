import { LINEAR } from './bounds'
import { FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { COLUMNS, listRows, listSteps, multiplyPackedPanel, wholePanels } from './micro'
import { packRowOfSix } from './pack'
import { begin, multiplyNumbers, multiplyPacked, numbersBytes, samplesTogether, stepsAtOnce, tableBytes } from './recurrent'
import { gruResetBack, gruStepBack, lstmStepBack, simpleStepBack } from './recurrent-cell-gradients'
import {
  candidateKernel,
  cell,
  dBias,
  dFirstCarry,
  dFirstState,
  dKernel,
  dLastCarry,
  dLastState,
  dRecurrentKernel,
  dx,
  dy,
  firstState,
  GRU,
  gatesOf,
  inputDropout,
  inputs,
  kernel,
  LSTM,
  leavesOut,
  recurrentKernel,
  SIMPLE,
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

/** From one row of gates to the next: lines of the cache that are an odd number, so that a column of them does not meet in a few. */
function gateRowBytes(columns: i32): usize {
  return 64 * (((columns + 15) / 16 + 1) | 1)
}

/** Bytes of `columns` of a matrix that is packed by six for its transpose, with room for what is written beyond. */
function sixesBytes(columns: i32, rows: i32): usize {
  return (<usize>(24 * ((columns + ROWS - 1) / ROWS) * rows) + 127) & ~63
}

export function recurrentGradientScratchBytes(task: usize): i32 {
  const count = samplesTogether(samples(task))
  const kind = cell(task)
  const n = units(task)
  const depth = inputs(task)
  const columns = gatesOf(kind) * n
  const rows = count * stepsAtOnce(steps(task), count, <i32>gateRowBytes(columns))
  const tables = 2 * tableBytes(rows) + 3 * tableBytes(count) + tableBytes(columns) + tableBytes(depth + 1) + tableBytes(n)
  const spare = numbersBytes(wholePanels(max(columns, depth)))
  const sixes = sixesBytes(depth + 1, rows) + sixesBytes(n, rows) + (kind === GRU ? sixesBytes(n, rows) : 0)
  return <i32>(tables + spare + gateRowBytes(columns) * (rows + 1) + 2 * numbersBytes(count * n) + 2 * numbersBytes(n) + sixes)
}

/**
 * The way back through a recurrent layer: from the gradients of its outputs those of its inputs, and of its weights by sums over all
 * samples and steps.
 */
export function recurrentGradient(task: usize): void {
  const all = samples(task)
  const count = samplesTogether(all)
  for (let first = 0; first < all; first += count) backward(task, first, min(count, all - first), count)
}

function backward(task: usize, first: i32, count: i32, most: i32): void {
  const kind = cell(task)
  const n = units(task)
  const stateRow = 4 * <usize>n
  const columns = gatesOf(kind) * n
  const rowBytes = gateRowBytes(columns)
  const depth = inputs(task)
  const all = steps(task)
  const atOnce = stepsAtOnce(all, most, <i32>rowBytes)
  const rows = most * atOnce

  const starts = scratch(task)
  const targets = starts + tableBytes(rows)
  const stepStarts = targets + tableBytes(rows)
  const stateRows = stepStarts + tableBytes(most)
  const seenRows = stateRows + tableBytes(most)
  const offsets = seenRows + tableBytes(most)
  const kernelRows = offsets + tableBytes(columns)
  const recurrentRows = kernelRows + tableBytes(depth + 1)
  const nowhere = recurrentRows + tableBytes(n)
  const dz = nowhere + numbersBytes(wholePanels(max(columns, depth)))
  const dh = dz + rowBytes * (rows + 1)
  // Of the carry of an LSTM; of what a GRU's candidate saw of the state.
  const dc = dh + numbersBytes(most * n)
  const nothing = dc + numbersBytes(most * n)
  const dropped = nothing + numbersBytes(n)
  const inputSixes = dropped + numbersBytes(n)
  const stateSixes = inputSixes + sixesBytes(depth + 1, rows)
  const seenSixes = stateSixes + sixesBytes(n, rows)

  listSteps(offsets, columns, 4)
  listRows(stateRows, dh, stateRow, count, nowhere)
  listRows(seenRows, dc, stateRow, count, nowhere)
  listRows(kernelRows, dKernel(task), 4 * columns, depth + 1, nowhere)
  store<u32>(kernelRows + 4 * <usize>depth, <u32>(dBias(task) ? dBias(task) : nowhere))
  listRows(recurrentRows, dRecurrentKernel(task), 4 * columns, n, nowhere)
  memory.fill(nothing, 0, stateRow)
  begin(dh, dLastState(task), first, count, n)
  begin(dc, dLastCarry(task), first, count, n)

  const drops = stateDropout(task)
  const traceRow = 4 * <usize>(tracesOf(kind) * n)
  let start = first > 0 ? FROM_OUTPUT : FROM_ZERO
  for (let end = all; end > 0; ) {
    const now = min(atOnce, end)
    const here = now * count
    const sixBytes = 24 * <usize>here
    const from = end - now
    for (let step = end - 1; step >= from; step--) {
      const row = (step - from) * count
      const z = dz + rowBytes * row
      listRows(stepStarts, z, rowBytes, count, z)
      for (let i = 0; i < count; i++) {
        const sample = first + i
        const at = stateRow * i
        const gates = z + rowBytes * i
        const six = 24 * <usize>(row + i)
        const stepOf = sample * all + step
        if (dy(task)) addNumbers(dh + at, dy(task) + stateRow * stepOf, n)
        if (leavesOut(task, sample, step)) {
          memory.fill(gates, 0, 4 * columns)
          packZeros(inputSixes + six, depth + 1, sixBytes)
          packZeros(stateSixes + six, n, sixBytes)
          if (kind === GRU) packZeros(seenSixes + six, n, sixBytes)
          continue
        }
        const input = 4 * <usize>depth
        const factors = inputDropout(task) ? inputDropout(task) + input * sample : 0
        packRowOfSix(x(task) + input * (sample * all + timeOf(task, step)), factors, depth, inputSixes + six, sixBytes)
        // The bias has an input of 1.
        store<f32>(inputSixes + six + sixBytes * (depth / ROWS) + 4 * (depth % ROWS), 1)
        let state =
          step > 0 ? y(task) + stateRow * (stepOf - 1) : firstState(task) ? firstState(task) + stateRow * sample : nothing
        if (drops) {
          multiplyNumbers(state, drops + stateRow * sample, dropped, n)
          state = dropped
        }
        packRowOfSix(state, 0, n, stateSixes + six, sixBytes)
        const traced = trace(task) + traceRow * stepOf
        if (kind === LSTM) lstmStepBack(task, traced, dh + at, dc + at, gates)
        else if (kind === SIMPLE) simpleStepBack(task, y(task) + stateRow * stepOf, dh + at, gates)
        else {
          packRowOfSix(state, traced + stateRow, n, seenSixes + six, sixBytes)
          gruStepBack(task, traced, state, dh + at, gates)
        }
      }
      if (kind === GRU) {
        multiplyPacked(count, n, n, stepStarts, offsets + 8 * n, candidateKernel(task), seenRows, 0, FROM_ZERO, 0)
        for (let i = 0; i < count; i++) {
          const sample = first + i
          if (leavesOut(task, sample, step)) continue
          const stepOf = sample * all + step
          let state =
            step > 0 ? y(task) + stateRow * (stepOf - 1) : firstState(task) ? firstState(task) + stateRow * sample : nothing
          if (drops) {
            multiplyNumbers(state, drops + stateRow * sample, dropped, n)
            state = dropped
          }
          const at = stateRow * i
          gruResetBack(task, trace(task) + traceRow * stepOf, state, dc + at, dh + at, z + rowBytes * i)
        }
      }
      const gates = kind === GRU ? 2 * n : columns
      multiplyPacked(count, gates, n, stepStarts, offsets, recurrentKernel(task), stateRows, 0, FROM_OUTPUT, 0)
      if (drops)
        for (let i = 0; i < count; i++) {
          if (leavesOut(task, first + i, step)) continue
          const at = dh + stateRow * i
          multiplyNumbers(at, drops + stateRow * (first + i), at, n)
        }
    }
    if (dx(task)) {
      listRows(starts, dz, rowBytes, here, dz)
      inputGradients(task, first, count, from, now, starts, targets, offsets, nowhere)
    }
    addProducts(inputSixes, depth + 1, here, dz, rowBytes, columns, kernelRows, 0, start)
    if (kind === GRU) {
      addProducts(stateSixes, n, here, dz, rowBytes, 2 * n, recurrentRows, 0, start)
      addProducts(seenSixes, n, here, dz + 2 * stateRow, rowBytes, n, recurrentRows, 2 * stateRow, start)
    } else addProducts(stateSixes, n, here, dz, rowBytes, columns, recurrentRows, 0, start)
    start = FROM_OUTPUT
    end = from
  }
  if (dFirstState(task)) memory.copy(dFirstState(task) + stateRow * first, dh, stateRow * count)
  if (dFirstCarry(task)) memory.copy(dFirstCarry(task) + stateRow * first, dc, stateRow * count)
}

/** Of `now` steps from `step` on, from the gradients of their gates, whose rows are listed. */
function inputGradients(
  task: usize,
  first: i32,
  count: i32,
  step: i32,
  now: i32,
  starts: usize,
  targets: usize,
  offsets: usize,
  nowhere: usize,
): void {
  const n = inputs(task)
  const rowBytes = 4 * <usize>n
  let at = targets
  for (let s = 0; s < now; s++) {
    let to = dx(task) + rowBytes * (first * steps(task) + timeOf(task, step + s))
    for (let i = 0; i < count; i++, at += 4, to += rowBytes * steps(task)) store<u32>(at, <u32>to)
  }
  for (let i = now * count; i % ROWS !== 0; i++, at += 4) store<u32>(at, <u32>nowhere)
  const columns = gatesOf(cell(task)) * units(task)
  multiplyPacked(now * count, columns, n, starts, offsets, kernel(task), targets, 0, FROM_ZERO, 0)
  const factors = inputDropout(task)
  if (!factors) return
  for (let i = 0; i < now * count; i++) {
    const row = load<u32>(targets + 4 * i)
    multiplyNumbers(row, factors + rowBytes * (first + (i % count)), row, n)
  }
}

/** The product of what is packed by six, `count` columns of `depth` rows, transposed, with as many rows of gates. */
function addProducts(
  sixes: usize,
  count: i32,
  depth: i32,
  dz: usize,
  rowBytes: usize,
  width: i32,
  rows: usize,
  column: usize,
  start: i32,
): void {
  for (let j = 0; j < width; j += COLUMNS, dz += 4 * COLUMNS, column += 4 * COLUMNS)
    multiplyPackedPanel(count, depth, sixes, dz, rows, column, min(COLUMNS, width - j), start, 0, LINEAR, rowBytes)
}

function addNumbers(to: usize, from: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) put(to, i, n, f32x4.add(take(to, i, n), take(from, i, n)))
}

function packZeros(out: usize, count: i32, panelBytes: usize): void {
  for (let i = 0; i < count; i += ROWS, out += panelBytes) memory.fill(out, 0, 24)
}
