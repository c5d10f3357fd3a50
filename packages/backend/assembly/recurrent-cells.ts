import { activateGates } from './recurrent-activation'
import { activationOf, recurrentActivationOf, units } from './recurrent-task'
import { madd, put, putPair, take } from './simd'

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
  let i = 0
  for (; i + 8 <= n; i += 8) {
    const own = c + 4 * <usize>i,
      at = gates + 4 * <usize>i
    const left = v128.load(own),
      right = v128.load(own, 16)
    if (trace) putPair(at + 4 * row, left, right)
    putPair(
      own,
      madd(v128.load(at + row), left, f32x4.mul(v128.load(at), v128.load(at + 2 * row))),
      madd(v128.load(at + row, 16), right, f32x4.mul(v128.load(at, 16), v128.load(at + 2 * row, 16))),
    )
  }
  for (; i < n; i += 4) {
    const before = take(c, i, n)
    if (trace) put(trace + 4 * row, i, n, before)
    put(c, i, n, madd(take(gates + row, i, n), before, f32x4.mul(take(gates, i, n), take(gates + 2 * row, i, n))))
  }
  const carried = trace ? trace + 5 * row : gates
  activateGates(activationOf(task), c, carried, n)
  i = 0
  for (; i + 8 <= n; i += 8) {
    const at = carried + 4 * <usize>i,
      leave = gates + 3 * row + 4 * <usize>i
    const left = f32x4.mul(v128.load(leave), v128.load(at)),
      right = f32x4.mul(v128.load(leave, 16), v128.load(at, 16))
    putPair(h + 4 * <usize>i, left, right)
  }
  for (; i < n; i += 4) put(h, i, n, f32x4.mul(take(gates + 3 * row, i, n), take(carried, i, n)))
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

/**
 * The same where the reset gate takes part of `seen`, what the state becomes by the candidate's weights. Traces: update, reset, candidate, and what
 * was seen.
 */
export function gruAfterStep(task: usize, sums: usize, seen: usize, fed: usize, h: usize, trace: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  const gates = trace ? trace : sums
  activateGates(recurrentActivationOf(task), sums, gates, 2 * n)
  const entering = sums + 2 * row
  for (let i = 0; i < n; i += 4) {
    const own = take(seen, i, n)
    if (trace) put(trace + 3 * row, i, n, own)
    put(entering, i, n, madd(take(gates + row, i, n), own, take(entering, i, n)))
  }
  gruStep(task, sums, fed, h, trace)
}

export function simpleStep(task: usize, sums: usize, h: usize): void {
  activateGates(activationOf(task), sums, h, units(task))
}
