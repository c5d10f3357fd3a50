import { put, take } from './simd'

/** 2^-32 */
const UNIT: f32 = 1 / 4294967296

/**
 * mask[i] = floor(u[i] + keep) / keep, and out = x mask, where u are the numbers in [0, 1) of Alea (Baagøe 2010) from the state s0, s1,
 * s2 and carry on. They are those that TensorFlow.js draws for tf.dropout, in the same roundings, worked out in integers, as a
 * multiplication with carry: in floating point each waits for the one before it.
 */
export function dropout(x: usize, out: usize, mask: usize, n: i32, keep: f32, s0: u32, s1: u32, s2: u32, carry: u32): void {
  for (let i: usize = 0; i < 4 * <usize>n; i += 4) {
    const product = <u64>2091639 * <u64>s0 + <u64>carry
    s0 = s1
    s1 = s2
    s2 = <u32>product
    carry = <u32>(product >> 32)
    store<f32>(mask + i, <f32>s2 * UNIT)
  }
  const keeps = f32x4.splat(keep)
  let i = 0
  do {
    const factor = f32x4.div(f32x4.floor(f32x4.add(take(mask, i, n), keeps)), keeps)
    put(mask, i, n, factor)
    put(out, i, n, f32x4.mul(take(x, i, n), factor))
    i += 4
  } while (i < n)
}
