import { throughActivation } from './recurrent-activation'
import { activationOf, recurrentActivationOf, units } from './recurrent-task'
import { madd, put, take, zero } from './simd'

/**
 * One sample's step back: from the gradient of its state, `dh`, and of its carry, `dc`, to those of its gates' sums, `dz`. What is left in
 * `dh` and `dc` is the gradient of the state before, but for what goes through the sums.
 */

export function lstmStepBack(task: usize, trace: usize, dh: usize, dc: usize, dz: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  const outer = activationOf(task)
  const inner = recurrentActivationOf(task)
  for (let i = 0; i < n; i += 4) {
    const enter = take(trace, i, n),
      keep = take(trace + row, i, n),
      candidate = take(trace + 2 * row, i, n),
      leave = take(trace + 3 * row, i, n),
      before = take(trace + 4 * row, i, n),
      carried = take(trace + 5 * row, i, n)
    const d = take(dh, i, n)
    const carry = f32x4.add(take(dc, i, n), throughActivation(outer, f32x4.mul(d, leave), carried))
    put(dz, i, n, throughActivation(inner, f32x4.mul(carry, candidate), enter))
    put(dz + row, i, n, throughActivation(inner, f32x4.mul(carry, before), keep))
    put(dz + 2 * row, i, n, throughActivation(outer, f32x4.mul(carry, enter), candidate))
    put(dz + 3 * row, i, n, throughActivation(inner, f32x4.mul(d, carried), leave))
    put(dc, i, n, f32x4.mul(carry, keep))
    put(dh, i, n, zero())
  }
}

/** The update gate's and the candidate's. */
export function gruStepBack(task: usize, trace: usize, fed: usize, dh: usize, dz: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  for (let i = 0; i < n; i += 4) {
    const update = take(trace, i, n),
      candidate = take(trace + 2 * row, i, n)
    const d = take(dh, i, n)
    const change = f32x4.mul(d, f32x4.sub(take(fed, i, n), candidate))
    put(dz, i, n, throughActivation(recurrentActivationOf(task), change, update))
    const enters = f32x4.mul(d, f32x4.sub(f32x4.splat(1), update))
    put(dz + 2 * row, i, n, throughActivation(activationOf(task), enters, candidate))
    put(dh, i, n, f32x4.mul(d, update))
  }
}

/** The reset gate's, from the gradient of what the candidate saw of the state. */
export function gruResetBack(task: usize, trace: usize, fed: usize, dSeen: usize, dh: usize, dz: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  for (let i = 0; i < n; i += 4) {
    const reset = take(trace + row, i, n)
    const d = take(dSeen, i, n)
    put(dz + row, i, n, throughActivation(recurrentActivationOf(task), f32x4.mul(d, take(fed, i, n)), reset))
    put(dh, i, n, madd(d, reset, take(dh, i, n)))
  }
}

export function simpleStepBack(task: usize, y: usize, dh: usize, dz: usize): void {
  const n = units(task)
  for (let i = 0; i < n; i += 4) {
    put(dz, i, n, throughActivation(activationOf(task), take(dh, i, n), take(y, i, n)))
    put(dh, i, n, zero())
  }
}
