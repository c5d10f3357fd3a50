import { activateGates } from './recurrent-activation'
import { activationOf, recurrentActivationOf, units } from './recurrent-task'
import { madd, put, take } from './simd'
import { copyRun } from './strided-copy'

/**
 * What one sample's state becomes by one step, once the sums of its gates are there. `h`, and `c` where there is one, change in place;
 * `trace` is where the way back will look for what was in between, or 0.
 */

/** Gates: input, forget, candidate, output. Traces: these four, the carry before, and the activation of that after. */
export function lstmStep(task: usize, sums: usize, h: usize, c: usize, trace: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  const gates = trace ? trace : sums
  activateGates(recurrentActivationOf(task), sums, gates, 2 * n)
  activateGates(activationOf(task), sums + 2 * row, gates + 2 * row, n)
  activateGates(recurrentActivationOf(task), sums + 3 * row, gates + 3 * row, n)
  if (trace) copyRun(c, 4, trace + 4 * row, 4, n)
  for (let i = 0; i < n; i += 4) {
    const enters = f32x4.mul(take(gates, i, n), take(gates + 2 * row, i, n))
    put(c, i, n, madd(take(gates + row, i, n), take(c, i, n), enters))
  }
  const carried = trace ? trace + 5 * row : gates
  activateGates(activationOf(task), c, carried, n)
  for (let i = 0; i < n; i += 4) put(h, i, n, f32x4.mul(take(gates + 3 * row, i, n), take(carried, i, n)))
}

/** Gates: update, reset, candidate, and these are the traces. The first two, and with them what of the state the candidate sees. */
export function gruGates(task: usize, sums: usize, h: usize, seen: usize, trace: usize): void {
  const n = units(task)
  const gates = trace ? trace : sums
  activateGates(recurrentActivationOf(task), sums, gates, 2 * n)
  const reset = gates + 4 * <usize>n
  for (let i = 0; i < n; i += 4) put(seen, i, n, f32x4.mul(take(reset, i, n), take(h, i, n)))
}

/** The candidate, and the state that `fed` becomes. */
export function gruStep(task: usize, sums: usize, fed: usize, h: usize, trace: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  const gates = trace ? trace : sums
  const candidate = gates + 2 * row
  activateGates(activationOf(task), sums + 2 * row, candidate, n)
  for (let i = 0; i < n; i += 4) {
    const update = take(gates, i, n)
    const enters = f32x4.mul(f32x4.sub(f32x4.splat(1), update), take(candidate, i, n))
    put(h, i, n, madd(update, take(fed, i, n), enters))
  }
}

export function simpleStep(task: usize, sums: usize, h: usize): void {
  activateGates(activationOf(task), sums, h, units(task))
}
