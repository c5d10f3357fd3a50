import { hardSigmoid, relu, sigmoid, tanh } from './activation'
import { zero } from './simd'

/** Activations of recurrent layers, by number. */
const LINEAR: i32 = 0
const RELU: i32 = 1
const TANH: i32 = 2
const SIGMOID: i32 = 3

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
  if (activation === TANH) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)))
  if (activation === SIGMOID) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)))
  if (activation === LINEAR) return dy
  const positive = f32x4.gt(y, zero())
  const through =
    activation === RELU ? v128.and(dy, positive) : v128.and(f32x4.mul(dy, f32x4.splat(0.2)), v128.and(positive, f32x4.lt(y, one)))
  // NaN is passed on: all bits set is one.
  return v128.or(through, f32x4.ne(y, y))
}
