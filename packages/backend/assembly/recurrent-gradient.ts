import { LINEAR } from './bounds'
import { addRow } from './elementwise'
import { FROM_OUTPUT, FROM_ZERO, ROWS } from './epilogue'
import { COLUMNS, listRows, listSteps, multiplyPackedPanel, wholePanels } from './micro'
import { packRowOfSix } from './pack'
import {
  begin,
  listChosen,
  listTaking,
  multiplyNumbers,
  multiplyPacked,
  numbersBytes,
  samplesTogether,
  stepsAtOnce,
  tableBytes,
  takingStep,
} from './recurrent'
import { gruAfterStepBack, gruResetBack, gruStepBack, lstmStepBack, simpleStepBack } from './recurrent-cell-gradients'
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
  GRU_AFTER,
  gatesOf,
  inputDropout,
  inputs,
  kernel,
  LSTM,
  mask,
  recurrentKernel,
  SIMPLE,
  samples,
  scratch,
  slopesOf,
  stateDropout,
  steps,
  timeOf,
  traceOf,
  tracesOf,
  units,
  x,
  y,
} from './recurrent-task'

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
  const rowBytes = gateRowBytes(slopesOf(kind) * n)
  const atOnce = stepsAtOnce(steps(task), count, <i32>rowBytes)
  const rows = count * atOnce
  const own = 2 * tableBytes(columns) + tableBytes(depth + 1) + tableBytes(n + 1)
  const tables = 3 * tableBytes(rows) + tableBytes(atOnce) + 3 * tableBytes(count) + own
  const spare = numbersBytes(wholePanels(max(columns, depth)))
  const sixes = sixesBytes(depth + 1, rows) + sixesBytes(n + 1, rows) + (kind === GRU ? sixesBytes(n, rows) : 0)
  return <i32>(tables + spare + rowBytes * (rows + 1) + 2 * numbersBytes(count * n) + 2 * numbersBytes(n) + sixes)
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
  const rowBytes = gateRowBytes(slopesOf(kind) * n)
  const depth = inputs(task)
  const all = steps(task)
  const atOnce = stepsAtOnce(all, most, <i32>rowBytes)
  const rows = most * atOnce

  const starts = scratch(task)
  const targets = starts + tableBytes(rows)
  const taking = targets + tableBytes(rows)
  const ends = taking + tableBytes(rows)
  const stepStarts = ends + tableBytes(atOnce)
  const stateRows = stepStarts + tableBytes(most)
  const seenRows = stateRows + tableBytes(most)
  const offsets = seenRows + tableBytes(most)
  const inputOffsets = offsets + tableBytes(columns)
  const kernelRows = inputOffsets + tableBytes(columns)
  const recurrentRows = kernelRows + tableBytes(depth + 1)
  const nowhere = recurrentRows + tableBytes(n + 1)
  const dz = nowhere + numbersBytes(wholePanels(max(columns, depth)))
  const dh = dz + rowBytes * (rows + 1)
  // Of the carry of an LSTM; of what a GRU's candidate saw of the state.
  const dc = dh + numbersBytes(most * n)
  const nothing = dc + numbersBytes(most * n)
  const dropped = nothing + numbersBytes(n)
  const inputSixes = dropped + numbersBytes(n)
  const stateSixes = inputSixes + sixesBytes(depth + 1, rows)
  const seenSixes = stateSixes + sixesBytes(n + 1, rows)

  listSteps(offsets, columns, 4)
  listSteps(inputOffsets, columns, 4)
  // The inputs enter the last sum of a candidate that has two, and the state the one before.
  if (kind === GRU_AFTER) for (let j = 2 * n; j < columns; j++) store<i32>(inputOffsets + 4 * j, 4 * (j + n))
  listRows(kernelRows, dKernel(task), 4 * columns, depth + 1, nowhere)
  store<u32>(kernelRows + 4 * <usize>depth, <u32>(dBias(task) ? dBias(task) : nowhere))
  // A bias of the state has an input of 1, as that of the inputs has.
  const stateColumns = kind === GRU_AFTER ? n + 1 : n
  listRows(recurrentRows, dRecurrentKernel(task), 4 * columns, stateColumns, nowhere)
  if (stateColumns > n) store<u32>(recurrentRows + 4 * <usize>n, <u32>(dBias(task) ? dBias(task) + 4 * <usize>columns : nowhere))
  memory.fill(nothing, 0, stateRow)
  begin(dh, dLastState(task), first, count, n)
  begin(dc, dLastCarry(task), first, count, n)

  const drops = stateDropout(task)
  const traceRow = 4 * <usize>(tracesOf(kind) * n)
  const inputRow = 4 * <usize>depth
  const gates = kind === GRU ? 2 * n : columns
  let start = first > 0 ? FROM_OUTPUT : FROM_ZERO
  for (let end = all; end > 0; ) {
    const now = min(atOnce, end)
    const from = end - now
    const taken = listTaking(task, first, count, from, now, taking, ends)
    const sixBytes = 24 * <usize>taken
    let row = taken
    for (let step = end - 1; step >= from; step--) {
      const here = takingStep(ends, step - from)
      row -= here
      const who = taking + 4 * row
      const z = dz + rowBytes * row
      listRows(stepStarts, z, rowBytes, here, z)
      if (dy(task))
        for (let i = 0; i < count; i++) {
          const state = dh + stateRow * i
          addRow(state, dy(task) + stateRow * ((first + i) * all + step), state, 1, n)
        }
      for (let k = 0; k < here; k++) {
        const i = load<i32>(who + 4 * k)
        const sample = first + i
        const stepOf = sample * all + step
        const six = 24 * <usize>(row + k)
        const factors = inputDropout(task) ? inputDropout(task) + inputRow * sample : 0
        packRowOfSix(x(task) + inputRow * (sample * all + timeOf(task, step)), factors, depth, inputSixes + six, sixBytes)
        // The bias has an input of 1.
        store<f32>(inputSixes + six + sixBytes * (depth / ROWS) + 4 * (depth % ROWS), 1)
        const fed = stateBefore(task, sample, step, nothing, dropped)
        packRowOfSix(fed, 0, n, stateSixes + six, sixBytes)
        if (stateColumns > n) store<f32>(stateSixes + six + sixBytes * (n / ROWS) + 4 * (n % ROWS), 1)
        const traced = traceOf(task, sample, step, traceRow)
        const dState = dh + stateRow * i
        const dGates = z + rowBytes * k
        if (kind === LSTM) lstmStepBack(task, traced, dState, dc + stateRow * i, dGates)
        else if (kind === SIMPLE) simpleStepBack(task, y(task) + stateRow * stepOf, dState, dGates)
        else if (kind === GRU_AFTER) gruAfterStepBack(task, traced, fed, dState, dGates)
        else {
          packRowOfSix(fed, traced + stateRow, n, seenSixes + six, sixBytes)
          gruStepBack(task, traced, fed, dState, dGates)
        }
      }
      if (kind === GRU) {
        listChosen(seenRows, dc, stateRow, who, here, nowhere)
        multiplyPacked(here, n, n, stepStarts, offsets + 8 * n, candidateKernel(task), seenRows, 0, FROM_ZERO, 0)
        for (let k = 0; k < here; k++) {
          const i = load<i32>(who + 4 * k)
          const fed = stateBefore(task, first + i, step, nothing, dropped)
          const traced = traceOf(task, first + i, step, traceRow)
          gruResetBack(task, traced, fed, dc + stateRow * i, dh + stateRow * i, z + rowBytes * k)
        }
      }
      // Nobody asks for what the first states would get, but where they were given.
      if (step === 0 && !dFirstState(task)) break
      listChosen(stateRows, dh, stateRow, who, here, nowhere)
      multiplyPacked(here, gates, n, stepStarts, offsets, recurrentKernel(task), stateRows, 0, FROM_OUTPUT, 0)
      if (drops)
        for (let k = 0; k < here; k++) {
          const i = load<i32>(who + 4 * k)
          multiplyNumbers(dh + stateRow * i, drops + stateRow * (first + i), dh + stateRow * i, n)
        }
    }
    if (dx(task)) {
      listRows(starts, dz, rowBytes, taken, dz)
      inputGradients(task, first, count, from, now, starts, targets, taking, ends, inputOffsets, nowhere)
    }
    if (kind === GRU_AFTER) {
      addProducts(inputSixes, depth + 1, taken, dz, rowBytes, 2 * n, kernelRows, 0, start)
      addProducts(inputSixes, depth + 1, taken, dz + 3 * stateRow, rowBytes, n, kernelRows, 2 * stateRow, start)
    } else addProducts(inputSixes, depth + 1, taken, dz, rowBytes, columns, kernelRows, 0, start)
    addProducts(stateSixes, stateColumns, taken, dz, rowBytes, gates, recurrentRows, 0, start)
    if (kind === GRU) addProducts(seenSixes, n, taken, dz + 2 * stateRow, rowBytes, n, recurrentRows, 2 * stateRow, start)
    start = FROM_OUTPUT
    end = from
  }
  if (dFirstState(task)) memory.copy(dFirstState(task) + stateRow * first, dh, stateRow * count)
  if (dFirstCarry(task)) memory.copy(dFirstCarry(task) + stateRow * first, dc, stateRow * count)
}

/** What a step began with of a sample's state, but for what was dropped, which is put at `dropped`. */
function stateBefore(task: usize, sample: i32, step: i32, nothing: usize, dropped: usize): usize {
  const n = units(task)
  const row = 4 * <usize>n
  const given = firstState(task)
  let state = given ? given + row * sample : nothing
  if (step > 0) state = y(task) + row * (sample * steps(task) + step - 1)
  const drops = stateDropout(task)
  if (!drops) return state
  multiplyNumbers(state, drops + row * sample, dropped, n)
  return dropped
}

/** Of `now` steps from `step` on, from the gradients of their gates, whose rows are listed; 0 for those who leave a step out. */
function inputGradients(
  task: usize,
  first: i32,
  count: i32,
  step: i32,
  now: i32,
  starts: usize,
  targets: usize,
  taking: usize,
  ends: usize,
  offsets: usize,
  nowhere: usize,
): void {
  const n = inputs(task)
  const rowBytes = 4 * <usize>n
  const factors = inputDropout(task)
  let k = 0
  for (let s = 0; s < now; s++) {
    const to = dx(task) + rowBytes * timeOf(task, step + s)
    if (mask(task)) for (let i = 0; i < count; i++) memory.fill(to + rowBytes * ((first + i) * steps(task)), 0, rowBytes)
    for (const end = load<i32>(ends + 4 * s); k < end; k++)
      store<u32>(targets + 4 * k, <u32>(to + rowBytes * ((first + load<i32>(taking + 4 * k)) * steps(task))))
  }
  const taken = k
  for (; k % ROWS !== 0; k++) store<u32>(targets + 4 * k, <u32>nowhere)
  const columns = gatesOf(cell(task)) * units(task)
  multiplyPacked(taken, columns, n, starts, offsets, kernel(task), targets, 0, FROM_ZERO, 0)
  if (!factors) return
  for (k = 0; k < taken; k++) {
    const row = load<u32>(targets + 4 * k)
    multiplyNumbers(row, factors + rowBytes * (first + load<i32>(taking + 4 * k)), row, n)
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
