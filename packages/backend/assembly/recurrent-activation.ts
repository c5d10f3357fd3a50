import { hardSigmoid, relu, sigmoid, tanh } from './activation'
import { zero } from './simd'

/** Activations of recurrent layers, by number. */
const LINEAR: i32 = 0
const RELU: i32 = 1
export const TANH: i32 = 2
export const SIGMOID: i32 = 3
export const HARD_SIGMOID: i32 = 4

/** out = activation(x), for n adjacent numbers. */
export function activateGates(activation: i32, x: usize, out: usize, n: i32): void {
  if (activation === SIGMOID) sigmoid(x, out, n)
  else if (activation === TANH) tanh(x, out, n)
  else if (activation === RELU) relu(x, out, n)
  else if (activation === LINEAR) memory.copy(out, x, 4 * <usize>n)
  else hardSigmoid(x, out, n)
}

/** Four times dy times the activation's slope, which its output y tells. */
export function throughActivation(activation: i32, dy: v128, y: v128): v128 {
  const one = f32x4.splat(1)
  if (activation === TANH) return throughTanh(dy, y, one)
  if (activation === SIGMOID) return throughSigmoid(dy, y, one)
  if (activation === LINEAR) return dy
  if (activation === RELU) return orNaN(v128.and(dy, f32x4.gt(y, zero())), y)
  return throughHardSigmoid(dy, y, one, f32x4.splat(0.2), zero())
}

export function throughTanh(dy: v128, y: v128, one: v128): v128 {
  return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)))
}
export function throughSigmoid(dy: v128, y: v128, one: v128): v128 {
  return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)))
}
export function throughHardSigmoid(dy: v128, y: v128, one: v128, fifth: v128, none: v128): v128 {
  const rising = v128.and(f32x4.gt(y, none), f32x4.lt(y, one))
  return orNaN(v128.and(f32x4.mul(dy, fifth), rising), y)
}

/** NaN is passed on: all bits set is one. */
function orNaN(x: v128, y: v128): v128 {
  return v128.or(x, f32x4.ne(y, y))
}
