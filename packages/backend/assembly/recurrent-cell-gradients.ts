import { SLOPES, tile, ZEROS } from './memory'
import {
  HARD_SIGMOID,
  SIGMOID,
  TANH,
  throughActivation,
  throughHardSigmoid,
  throughSigmoid,
  throughTanh,
} from './recurrent-activation'
import { activationOf, recurrentActivationOf, units } from './recurrent-task'
import { madd, put, putPair, take, zero } from './simd'

/**
 * One sample's step back: from the gradient of its state, `dh`, and of its carry, `dc`, to those of its gates' sums, `dz`. What is left in
 * `dh` and `dc` is the gradient of the state before, but for what goes through the sums.
 */

export function lstmStepBack(task: usize, trace: usize, dh: usize, dc: usize, dz: usize): void {
  const n = units(task)
  const whole = n & ~3
  const outer = activationOf(task)
  const inner = recurrentActivationOf(task)
  let i = 0
  // Those that layers have by default, in loops that do not ask which they are: a fifth of the time.
  if (outer === TANH && inner === HARD_SIGMOID) i = lstmEightsBack<HardSigmoid>(trace, dh, dc, dz, n)
  else if (outer === TANH && inner === SIGMOID) i = lstmEightsBack<Sigmoid>(trace, dh, dc, dz, n)
  for (; i < whole; i += 4) lstmFourBack<Whole>(outer, inner, trace, dh, dc, dz, i, n)
  if (whole < n) lstmFourBack<Rest>(outer, inner, trace, dh, dc, dz, whole, n)
}

/** Of as many units as come by eight, in pairs of vectors that the wide build's engine joins; returns how many these are. */
function lstmEightsBack<Inner>(trace: usize, dh: usize, dc: usize, dz: usize, n: i32): i32 {
  const row = 4 * <usize>n
  const end = trace + 4 * <usize>(n & ~7)
  for (; trace < end; trace += 32, dh += 32, dc += 32, dz += 32) {
    // From memory, once: a constant would be made anew at each place.
    const one = v128.load32_splat(tile + SLOPES),
      fifth = v128.load32_splat(tile + SLOPES, 4),
      none = v128.load32_splat(tile + ZEROS)
    const enterL = v128.load(trace),
      enterR = v128.load(trace, 16)
    const keepL = v128.load(trace + row),
      keepR = v128.load(trace + row, 16)
    const candidateL = v128.load(trace + 2 * row),
      candidateR = v128.load(trace + 2 * row, 16)
    const leaveL = v128.load(trace + 3 * row),
      leaveR = v128.load(trace + 3 * row, 16)
    const beforeL = v128.load(trace + 4 * row),
      beforeR = v128.load(trace + 4 * row, 16)
    const carriedL = v128.load(trace + 5 * row),
      carriedR = v128.load(trace + 5 * row, 16)
    const dL = v128.load(dh),
      dR = v128.load(dh, 16)
    const carryL = f32x4.add(v128.load(dc), throughTanh(f32x4.mul(dL, leaveL), carriedL, one)),
      carryR = f32x4.add(v128.load(dc, 16), throughTanh(f32x4.mul(dR, leaveR), carriedR, one))
    putPair(
      dz,
      throughGate<Inner>(f32x4.mul(carryL, candidateL), enterL, one, fifth, none),
      throughGate<Inner>(f32x4.mul(carryR, candidateR), enterR, one, fifth, none),
    )
    putPair(
      dz + row,
      throughGate<Inner>(f32x4.mul(carryL, beforeL), keepL, one, fifth, none),
      throughGate<Inner>(f32x4.mul(carryR, beforeR), keepR, one, fifth, none),
    )
    putPair(
      dz + 2 * row,
      throughTanh(f32x4.mul(carryL, enterL), candidateL, one),
      throughTanh(f32x4.mul(carryR, enterR), candidateR, one),
    )
    putPair(
      dz + 3 * row,
      throughGate<Inner>(f32x4.mul(dL, carriedL), leaveL, one, fifth, none),
      throughGate<Inner>(f32x4.mul(dR, carriedR), leaveR, one, fifth, none),
    )
    putPair(dc, f32x4.mul(carryL, keepL), f32x4.mul(carryR, keepR))
    putPair(dh, none, none)
  }
  return n & ~7
}

function throughGate<Inner>(dy: v128, y: v128, one: v128, fifth: v128, none: v128): v128 {
  return idof<Inner>() === idof<HardSigmoid>() ? throughHardSigmoid(dy, y, one, fifth, none) : throughSigmoid(dy, y, one)
}

/** Of four units, or of what is left of them: types, because the compiler then leaves tests out of the loop. */
class Whole {}
class Rest {}

/** The activation of the gates, where that of the candidate is tanh. */
class HardSigmoid {}
class Sigmoid {}

function lstmFourBack<Part>(outer: i32, inner: i32, trace: usize, dh: usize, dc: usize, dz: usize, i: i32, n: i32): void {
  const row = 4 * <usize>n
  const enter = from<Part>(trace, i, n),
    keep = from<Part>(trace + row, i, n),
    candidate = from<Part>(trace + 2 * row, i, n),
    leave = from<Part>(trace + 3 * row, i, n),
    before = from<Part>(trace + 4 * row, i, n),
    carried = from<Part>(trace + 5 * row, i, n)
  const d = from<Part>(dh, i, n)
  const carry = f32x4.add(from<Part>(dc, i, n), throughActivation(outer, f32x4.mul(d, leave), carried))
  to<Part>(dz, i, n, throughActivation(inner, f32x4.mul(carry, candidate), enter))
  to<Part>(dz + row, i, n, throughActivation(inner, f32x4.mul(carry, before), keep))
  to<Part>(dz + 2 * row, i, n, throughActivation(outer, f32x4.mul(carry, enter), candidate))
  to<Part>(dz + 3 * row, i, n, throughActivation(inner, f32x4.mul(d, carried), leave))
  to<Part>(dc, i, n, f32x4.mul(carry, keep))
  to<Part>(dh, i, n, zero())
}

function from<Part>(x: usize, i: i32, n: i32): v128 {
  return idof<Part>() === idof<Whole>() ? v128.load(x + 4 * <usize>i) : take(x, i, n)
}

function to<Part>(out: usize, i: i32, n: i32, v: v128): void {
  if (idof<Part>() === idof<Whole>()) v128.store(out + 4 * <usize>i, v)
  else put(out, i, n, v)
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

/** All gates of a step whose reset gate takes part of what was seen: update, reset, what was seen, candidate. */
export function gruAfterStepBack(task: usize, trace: usize, fed: usize, dh: usize, dz: usize): void {
  const n = units(task)
  const row = 4 * <usize>n
  const inner = recurrentActivationOf(task)
  for (let i = 0; i < n; i += 4) {
    const update = take(trace, i, n),
      reset = take(trace + row, i, n),
      candidate = take(trace + 2 * row, i, n),
      seen = take(trace + 3 * row, i, n)
    const d = take(dh, i, n)
    put(dz, i, n, throughActivation(inner, f32x4.mul(d, f32x4.sub(take(fed, i, n), candidate)), update))
    const enters = throughActivation(activationOf(task), f32x4.mul(d, f32x4.sub(f32x4.splat(1), update)), candidate)
    put(dz + row, i, n, throughActivation(inner, f32x4.mul(enters, seen), reset))
    put(dz + 2 * row, i, n, f32x4.mul(enters, reset))
    put(dz + 3 * row, i, n, enters)
    put(dh, i, n, f32x4.mul(d, update))
  }
}

export function simpleStepBack(task: usize, y: usize, dh: usize, dz: usize): void {
  const n = units(task)
  for (let i = 0; i < n; i += 4) {
    put(dz, i, n, throughActivation(activationOf(task), take(dh, i, n), take(y, i, n)))
    put(dh, i, n, zero())
  }
}
