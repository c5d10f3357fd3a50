/** The numbers of a tanh of eight (`wide-tanh.ts`). They lie in memory, as those of Winograd's transforms do, at these bytes from the first. */
export const MINUS_2: usize = 0
export const LEAST: usize = 4
export const LOG2E: usize = 8
export const ROUND: usize = 12
export const MINUS_LN2: usize = 16
export const REST_OF_LN2: usize = 20
export const EXPONENT: usize = 24
export const FRACTION: usize = 28
export const HALF: usize = 44
export const ONE: usize = 48

export function layTanh(out: usize): void {
  store<f32>(out, -2, MINUS_2)
  store<f32>(out, -30, LEAST)
  store<f32>(out, <f32>Math.LOG2E, LOG2E)
  store<f32>(out, 12582912, ROUND)
  store<f32>(out, -0.693359375, MINUS_LN2)
  store<f32>(out, 2.1219444e-4, REST_OF_LN2)
  store<f32>(out, 12582912 + 127, EXPONENT)
  store<f32>(out, 0.00139464636, FRACTION)
  store<f32>(out, 0.00836659037, FRACTION + 4)
  store<f32>(out, 0.0416662805, FRACTION + 8)
  store<f32>(out, 0.166665435, FRACTION + 12)
  store<f32>(out, 0.5, HALF)
  store<f32>(out, 1, ONE)
}
