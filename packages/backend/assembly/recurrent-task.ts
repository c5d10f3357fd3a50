/** What a thread is to do for a recurrent layer, as 32-bit integers at one address: sizes, flags, and addresses that are 0 for what there is not. */

export const LSTM: i32 = 0
export const GRU: i32 = 1
export const SIMPLE: i32 = 2
/** A GRU whose reset gate takes part of what the state becomes by its weights, and not of the state itself: Keras's and PyTorch's. */
export const GRU_AFTER: i32 = 3

export function cell(task: usize): i32 {
  return load<i32>(task)
}
/** Samples, of which x, y and masks have `steps` rows each. */
export function samples(task: usize): i32 {
  return load<i32>(task, 4)
}
export function steps(task: usize): i32 {
  return load<i32>(task, 8)
}
export function inputs(task: usize): i32 {
  return load<i32>(task, 12)
}
export function units(task: usize): i32 {
  return load<i32>(task, 16)
}
export function goesBackwards(task: usize): bool {
  return load<i32>(task, 20) !== 0
}
export function activationOf(task: usize): i32 {
  return load<i32>(task, 24)
}
export function recurrentActivationOf(task: usize): i32 {
  return load<i32>(task, 28)
}
/** [samples, steps, inputs] */
export function x(task: usize): usize {
  return load<u32>(task, 32)
}
/** The weights, packed to panels; transposed in the way back. */
export function kernel(task: usize): usize {
  return load<u32>(task, 36)
}
export function recurrentKernel(task: usize): usize {
  return load<u32>(task, 40)
}
/** A GRU's for the candidate, apart from those of its gates. */
export function candidateKernel(task: usize): usize {
  return load<u32>(task, 44)
}
/** As long as a row of gates in whole panels; then, as long as the units in whole panels, that of the state's part of a `GRU_AFTER`'s candidate. */
export function bias(task: usize): usize {
  return load<u32>(task, 48)
}
/** [samples, units], and so the next. */
export function firstState(task: usize): usize {
  return load<u32>(task, 52)
}
export function firstCarry(task: usize): usize {
  return load<u32>(task, 56)
}
/** [samples, steps] of numbers, 0 for a step that is left out. */
export function mask(task: usize): usize {
  return load<u32>(task, 60)
}
/** Factors of the inputs, [samples, inputs], and of the states, [samples, units]. */
export function inputDropout(task: usize): usize {
  return load<u32>(task, 64)
}
export function stateDropout(task: usize): usize {
  return load<u32>(task, 68)
}
/** [samples, steps, units], in the order of the steps that were taken. */
export function y(task: usize): usize {
  return load<u32>(task, 72)
}
/** What the way back needs of each step, [steps, allSamples, traceSize]: what it reads next then lies beside what it has read. */
export function trace(task: usize): usize {
  return load<u32>(task, 76)
}
export function lastState(task: usize): usize {
  return load<u32>(task, 80)
}
export function lastCarry(task: usize): usize {
  return load<u32>(task, 84)
}
export function scratch(task: usize): usize {
  return load<u32>(task, 88)
}

// In the way back alone: gradients that come from above, ...
export function dy(task: usize): usize {
  return load<u32>(task, 92)
}
export function dLastState(task: usize): usize {
  return load<u32>(task, 96)
}
export function dLastCarry(task: usize): usize {
  return load<u32>(task, 100)
}
// ... and those that are asked for. Those of the weights are always.
export function dx(task: usize): usize {
  return load<u32>(task, 104)
}
export function dKernel(task: usize): usize {
  return load<u32>(task, 108)
}
export function dRecurrentKernel(task: usize): usize {
  return load<u32>(task, 112)
}
export function dBias(task: usize): usize {
  return load<u32>(task, 116)
}
export function dFirstState(task: usize): usize {
  return load<u32>(task, 120)
}
export function dFirstCarry(task: usize): usize {
  return load<u32>(task, 124)
}

/** Samples of the whole layer, of which a thread has some. */
export function allSamples(task: usize): i32 {
  return load<i32>(task, 128)
}

/** Gates of a cell, in the order of the columns of its weights. */
export function gatesOf(cell: i32): i32 {
  return cell === LSTM ? 4 : cell === SIMPLE ? 1 : 3
}

/** Numbers of the gradient of a step's sums, for each unit: the candidate of a `GRU_AFTER` has two sums. */
export function slopesOf(cell: i32): i32 {
  return cell === GRU_AFTER ? 4 : gatesOf(cell)
}

/** Numbers that the way back needs of a step besides its output, for each unit. */
export function tracesOf(cell: i32): i32 {
  if (cell === LSTM) return 6
  if (cell === GRU_AFTER) return 4
  return cell === GRU ? 3 : 0
}

/** Where step number `step` stands in x and in masks. */
export function timeOf(task: usize, step: i32): i32 {
  return goesBackwards(task) ? steps(task) - 1 - step : step
}

/** Whether a sample leaves a step out. */
export function leavesOut(task: usize, sample: i32, step: i32): bool {
  const at = mask(task)
  return at !== 0 && load<f32>(at + 4 * <usize>(sample * steps(task) + timeOf(task, step))) === 0
}

/** Where a step of a sample is traced, in rows of so many bytes. */
export function traceOf(task: usize, sample: i32, step: i32, rowBytes: usize): usize {
  return trace(task) + rowBytes * (step * allSamples(task) + sample)
}
